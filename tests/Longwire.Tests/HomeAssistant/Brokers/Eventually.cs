using System.Diagnostics;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>
/// Waits for a condition, never for time. A deadline that passes beside other work is stretched by how slow that makes the test machine,
/// and by no more.
/// </summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static Task IsTrueAsync(Func<bool> condition, Func<string> what, TimeSpan? within = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), what, within);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan? within = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (!MachinePace.Keeps(watch.Elapsed, within ?? Deadline))
            {
                throw new TimeoutException($"Not within {within ?? Deadline}: {what()}");
            }
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }
}
