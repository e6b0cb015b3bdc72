using System.Globalization;
using Longwire.Testing;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// The programs of one side, and a folder for what they tell each other: files appear there in one step, for Unix sockets and files are the
/// only things that two network namespaces share.
/// </summary>
internal static class Half
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(20);

    /// <summary>This program once more, in another house and with another task. Its temporary files go to the folder.</summary>
    public static Task<LeashedProcess> StartSelfAsync(string house, string folder, params string[] arguments) => StartAsync(
        house, ["env", $"TMPDIR={folder}", Path.Combine(AppContext.BaseDirectory, "Longwire.Benchmarks"), .. arguments]);

    public static Task<LeashedProcess> StartAsync(string house, params string[] command) =>
        LeashedProcess.StartAsync("ip", TwoHouses.In(house, command));

    /// <summary>Others see all of the file or nothing.</summary>
    public static async Task TellAsync(string file, IEnumerable<string> lines)
    {
        string draft = file + ".draft";
        await File.WriteAllLinesAsync(draft, lines);
        File.Move(draft, file);
    }

    /// <exception cref="InvalidOperationException">Whoever should tell it has ended.</exception>
    public static async Task<string[]> HearAsync(string file, LeashedProcess from, CancellationToken cancellationToken)
    {
        await UntilAsync(() => File.Exists(file), from, Path.GetFileName(file), cancellationToken);
        return await File.ReadAllLinesAsync(file, cancellationToken);
    }

    /// <param name="running">Must not end before.</param>
    /// <param name="what">The condition, in a word.</param>
    public static async Task UntilAsync(Func<bool> condition, LeashedProcess running, string what, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        while (!condition())
        {
            if (running.HasExited) throw new InvalidOperationException($"A program ended before '{what}'. It said:\n{running.Said}");
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"Waited in vain for '{what}'. A program said:\n{running.Said}");
            await Task.Delay(s_step, cancellationToken);
        }
    }

    /// <summary>How busy the machine was in the last minute.</summary>
    public static string Load => string.Create(
        CultureInfo.InvariantCulture,
        $"load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} on {Environment.ProcessorCount} processors");
}
