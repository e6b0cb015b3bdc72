using Longwire.Options;
using Microsoft.Extensions.Hosting;

namespace Longwire.Composition;

/// <summary>At the stop, what is being written into the options is written to its end first.</summary>
internal sealed class OptionsEditorStop(OptionsEditor editor) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => editor.CloseAsync(cancellationToken);
}
