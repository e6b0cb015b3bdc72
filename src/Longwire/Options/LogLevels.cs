using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Longwire.Options;

/// <summary><c>log_level</c>, in the words of both roles' options and of Home Assistant.</summary>
internal static class LogLevels
{
    public const string Key = "log_level";

    /// <summary>As they are shown and written, from the most to the least.</summary>
    public static ImmutableArray<string> Names { get; } = ["trace", "debug", "info", "warning", "error"];

    public static LogLevel? Read(OptionMap root, ProblemList problems)
    {
        if (root.Text(Key) is not { } name) return null;
        LogLevel? level = Parse(name);
        if (level is null) problems.Add(root.Find(Key)!, root.PathOf(Key), $"write one of {string.Join(", ", Names)}");
        return level;
    }

    /// <returns>Null: it is none.</returns>
    public static LogLevel? Parse(string name) => name.ToUpperInvariant() switch
    {
        "TRACE" => LogLevel.Trace,
        "DEBUG" => LogLevel.Debug,
        "INFO" or "INFORMATION" => LogLevel.Information,
        "WARNING" or "WARN" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        _ => null,
    };

    public static string Name(this LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };
}
