using Microsoft.Extensions.Hosting;

namespace Longwire.Commands;

/// <summary>Stands where a role will stand.</summary>
internal sealed class NotBuiltYet(string role) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => throw new NotSupportedException($"longwire {role} is not built yet");
}
