using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>What the bridge's Problem says, looked at after each step of a test.</summary>
internal sealed class ShownProblems(AttachBench bench)
{
    public List<string> Now { get; private set; } = [];
    public int Changes { get; private set; }

    /// <summary>Whether it is the bench's own doing.</summary>
    public static bool IsMark(string line) => line.Contains(SettledMark, StringComparison.Ordinal);

    public async Task LookAsync()
    {
        await bench.SettledAsync();
        List<string> now = [.. bench.Feed.Current.Bridge.Problems.Where(problem => !IsMark(problem))];
        if (!now.SequenceEqual(Now)) Changes++;
        Now = now;
    }
}
