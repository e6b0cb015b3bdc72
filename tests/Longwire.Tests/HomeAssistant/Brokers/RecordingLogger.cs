using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>Keeps what is logged: whatever is worse than information and was not announced fails the test.</summary>
internal sealed class RecordingLogger<T> : ILogger<T>
{
    private readonly ConcurrentQueue<(LogLevel Level, string Line)> _lines = new();
    private readonly ConcurrentQueue<Exception> _exceptions = new();
    private readonly ConcurrentBag<string> _expected = [];

    public IEnumerable<(LogLevel Level, string Line)> Entries => _lines;
    public IEnumerable<Exception> Exceptions => _exceptions;
    public IEnumerable<string> Lines => _lines.Select(entry => entry.Line);

    public void Expect(string part) => _expected.Add(part);

    public void AssertNothingUnexpected() =>
        Assert.DoesNotContain(
            _lines,
            entry => entry.Level >= LogLevel.Warning && !_expected.Any(part => entry.Line.Contains(part, StringComparison.Ordinal)));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null) _exceptions.Enqueue(exception);
        _lines.Enqueue((logLevel, formatter(state, exception)));
    }
}
