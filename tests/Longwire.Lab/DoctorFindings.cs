using System.Text.Json;
using Xunit;

namespace Longwire.Lab;

/// <summary>What the checks found: the answer of the page, or that of <c>longwire doctor --json</c>.</summary>
internal sealed class DoctorFindings
{
    // Of a check that broke, of one that hung, and of those that were not begun.
    private static readonly string[] s_notRun = ["could not be looked at", "did not end within", "The last checks still hang"];

    private readonly IReadOnlyList<Line> _lines;

    private DoctorFindings(IReadOnlyList<Line> lines) => _lines = lines;

    /// <summary>No problem, and no check that did not come to an end of its own.</summary>
    public void AssertNothingWrong()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(ToString());
        Assert.Empty(NotRun);
        Assert.Empty(_lines.Where(line => line.Level == "problem").Select(line => line.Found));
    }

    /// <summary>All that was checked under this id is well.</summary>
    public void AssertOk(string id, int times = 1) =>
        Assert.Equal(Enumerable.Repeat("ok", times), _lines.Where(line => line.Id == id).Select(line => line.Level));

    private IEnumerable<string> NotRun => _lines.Select(line => line.Found).Where(
        found => Array.Exists(s_notRun, text => found.Contains(text, StringComparison.Ordinal)));

    public static DoctorFindings Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new DoctorFindings(
            [
                .. document.RootElement.GetProperty("findings").EnumerateArray().Select(finding => new Line(
                    finding.GetProperty("id").GetString()!,
                    finding.GetProperty("subject").GetString(),
                    finding.GetProperty("level").GetString()!,
                    finding.GetProperty("found").GetString()!)),
            ]);
    }

    public override string ToString() =>
        string.Join('\n', _lines.Select(line => $"{line.Level}: {line.Id} ({line.Subject}): {line.Found}"));

    private sealed record Line(string Id, string? Subject, string Level, string Found);
}
