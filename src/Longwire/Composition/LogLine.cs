using System.Globalization;
using System.Text;
using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>How a line of the log looks.</summary>
internal enum LogStyle
{
    /// <summary>Time, level, text.</summary>
    Plain,

    /// <summary>The same with coloured levels, for a terminal.</summary>
    Terminal,

    /// <summary>For the journal, which adds the time itself and reads the priority from &lt;6&gt; (sd-daemon(3)).</summary>
    Journal,
}

/// <summary>One log entry as one line.</summary>
internal static class LogLine
{
    public static string Format(LogStyle style, DateTimeOffset time, LogLevel level, string text, Exception? exception)
    {
        var line = new StringBuilder(text.Length + 40);
        if (style == LogStyle.Journal)
        {
            line.Append('<').Append(Priority(level)).Append('>');
            // The priority is not seen in the journal's text; what matters is said there too.
            if (level >= LogLevel.Warning) line.Append(Name(level).TrimEnd()).Append(": ");
        }
        else
        {
            line.Append(time.ToString("yyyy-MM-dd HH:mm:ss.fff ", CultureInfo.InvariantCulture));
            line.Append(style == LogStyle.Terminal ? Coloured(level) : Name(level)).Append(' ');
        }
        line.Append(OneLine(text));
        for (Exception? e = exception; e is not null && level < LogLevel.Critical; e = e.InnerException)
        {
            line.Append(": ").Append(OneLine(e.Message));
        }
        // What nobody foresaw is told with its stack: a report of it is worth little without.
        if (exception is not null && level >= LogLevel.Critical) line.Append('\n').Append(exception);
        return line.Append('\n').ToString();
    }

    // Peers and devices choose some of these texts: no line breaks, no escape sequences.
    private static string OneLine(string text) => Printable.Of(text, replacement: ' ');

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    private static string Coloured(LogLevel level) => level switch
    {
        LogLevel.Warning => "\e[33mwarn \e[0m",
        LogLevel.Error or LogLevel.Critical => $"\e[31m{Name(level)}\e[0m",
        _ => Name(level),
    };

    private static char Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => '7',
        LogLevel.Information => '6',
        LogLevel.Warning => '4',
        LogLevel.Error => '3',
        _ => '2',
    };
}
