using Microsoft.Extensions.Logging;

namespace Longwire.Options;

/// <summary><c>log_level</c>, in the words of both roles' options.</summary>
internal static class LogLevels
{
    public const string Key = "log_level";

    private static readonly string[] s_names = ["trace", "debug", "info", "warning", "error"];

    public static LogLevel? Read(OptionMap root, ProblemList problems)
    {
        if (root.Text(Key) is not { } name) return null;
        switch (name.ToUpperInvariant())
        {
            case "TRACE":
                return LogLevel.Trace;
            case "DEBUG":
                return LogLevel.Debug;
            case "INFO" or "INFORMATION":
                return LogLevel.Information;
            case "WARNING" or "WARN":
                return LogLevel.Warning;
            case "ERROR":
                return LogLevel.Error;
            default:
                problems.Add(root.Find(Key)!, root.PathOf(Key), $"write one of {string.Join(", ", s_names)}");
                return null;
        }
    }
}
