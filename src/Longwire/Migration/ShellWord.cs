namespace Longwire.Migration;

/// <summary>A name from this machine as a word of a command that people paste.</summary>
internal static class ShellWord
{
    public static string Of(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '@' or ':')
            ? text
            : "'" + text.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
