using System.Globalization;

namespace Longwire.Composition;

/// <summary>What stands at the other end of stderr.</summary>
internal static class LogStream
{
    public static LogStyle Style()
    {
        if (IsJournal(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), LinkTarget("/proc/self/fd/2"))) return LogStyle.Journal;
        bool colours = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return colours ? LogStyle.Terminal : LogStyle.Plain;
    }

    /// <summary>
    /// systemd writes device:inode of the journal's socket into JOURNAL_STREAM (systemd.exec(5)). Children inherit the
    /// variable, so a shell below a service has it too: only the same inode proves that this stderr is the journal.
    /// </summary>
    /// <param name="stderrLink">Target of /proc/self/fd/2: <c>socket:[12345]</c>.</param>
    public static bool IsJournal(string? journalStream, string? stderrLink)
    {
        if (journalStream?.Split(':') is not [_, string inode]
            || !ulong.TryParse(inode, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return false;
        }
        return stderrLink == $"socket:[{inode}]";
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
