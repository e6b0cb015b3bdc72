namespace Longwire.Doctor;

/// <summary>As programs and the page have them: part of the contract of <c>--json</c>.</summary>
internal static class FindingLevelNames
{
    public static string Name(this FindingLevel level) => level switch
    {
        FindingLevel.Ok => "ok",
        FindingLevel.Note => "note",
        FindingLevel.Problem => "problem",
        FindingLevel.Unknown => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, null),
    };
}
