using System.Collections.Immutable;

namespace Longwire.Doctor;

/// <summary>What is said of levels beside their findings.</summary>
internal static class FindingLevels
{
    private static readonly ImmutableArray<FindingLevel> s_worstFirst =
        [FindingLevel.Problem, FindingLevel.Unknown, FindingLevel.Note, FindingLevel.Ok];

    /// <summary>
    /// As people read them: what is not seen may be wrong, so it comes before what is only worth knowing. Those of one level stay in the
    /// order of the checks.
    /// </summary>
    public static IEnumerable<Finding> WorstFirst(this IEnumerable<Finding> findings) =>
        findings.OrderBy(finding => s_worstFirst.IndexOf(finding.Level));

    /// <summary>As programs and the page have them: part of the contract of <c>--json</c>.</summary>
    public static string Name(this FindingLevel level) => level switch
    {
        FindingLevel.Ok => "ok",
        FindingLevel.Note => "note",
        FindingLevel.Problem => "problem",
        FindingLevel.Unknown => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, null),
    };
}
