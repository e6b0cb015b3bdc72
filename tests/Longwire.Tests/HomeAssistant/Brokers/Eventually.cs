using System.Diagnostics;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>Waits for a condition, never for time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static Task IsTrueAsync(Func<bool> condition, Func<string> what, TimeSpan? within = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, within);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? within = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (within ?? Deadline)) throw new TimeoutException($"Not within {within ?? Deadline}: {what()}");
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }
}
