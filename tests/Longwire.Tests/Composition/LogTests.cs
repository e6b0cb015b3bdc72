using System.Text;
using Longwire.Composition;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Composition;

public sealed class LogTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    [Theory]
    [InlineData(LogStyle.Plain, LogLevel.Information, "2026-03-01 12:00:00.123 info  text\n")]
    [InlineData(LogStyle.Plain, LogLevel.Warning, "2026-03-01 12:00:00.123 warn  text\n")]
    [InlineData(LogStyle.Terminal, LogLevel.Error, "2026-03-01 12:00:00.123 \e[31merror\e[0m text\n")]
    [InlineData(LogStyle.Journal, LogLevel.Information, "<6>text\n")]
    [InlineData(LogStyle.Journal, LogLevel.Warning, "<4>warn: text\n")]
    internal void An_entry_is_one_line_and_the_journal_adds_the_time_itself(LogStyle style, LogLevel level, string line) =>
        Assert.Equal(line, LogLine.Format(style, s_noon, level, "text", null));

    [Fact]
    public void What_a_device_calls_itself_cannot_forge_a_line() =>
        Assert.Equal(
            "<6>stick  <0>all is lost [2J\n",
            LogLine.Format(LogStyle.Journal, s_noon, LogLevel.Information, "stick\r\n<0>all is lost\e[2J", null));

    [Fact]
    public void An_error_tells_its_causes_on_the_same_line() =>
        Assert.Equal(
            "<3>error: text: outer: inner\n",
            LogLine.Format(
                LogStyle.Journal, s_noon, LogLevel.Error, "text", new InvalidOperationException("outer", new IOException("inner"))));

    [Fact]
    public void Levels_below_the_minimum_and_the_hosts_own_words_are_left_out_and_the_minimum_may_change()
    {
        using var stream = new MemoryStream();
        using (var log = new StderrLog(stream, LogStyle.Journal, LogLevel.Warning, new FakeTimeProvider(s_noon)))
        {
            ILogger ours = log.CreateLogger("Longwire"), host = log.CreateLogger("Microsoft.Extensions.Hosting");
#pragma warning disable CA1848, CA2254 // Plain calls: these are the entries under test.
            ours.LogInformation("one");
            ours.LogWarning("two");
            host.LogError("three");
            log.Minimum = LogLevel.Information;
            ours.LogInformation("four");
#pragma warning restore CA1848, CA2254
        }

        Assert.Equal("<4>warn: two\n<6>four\n", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void A_reader_that_does_not_read_holds_nobody_up()
    {
        using var stream = new StuckStream();
        using var log = new StderrLog(stream, LogStyle.Journal, LogLevel.Information, TimeProvider.System);
        ILogger logger = log.CreateLogger("Longwire");

#pragma warning disable CA1848 // A plain call: this is the entry under test.
        for (int i = 0; i < 20_000; i++) logger.LogInformation("line");
#pragma warning restore CA1848

        stream.Release();
    }

    [Theory]
    [InlineData("8:12345", "socket:[12345]", true)]
    [InlineData("8:12345", "socket:[54321]", false)]
    [InlineData("8:12345", "pipe:[12345]", false)]
    [InlineData("8:12345", null, false)]
    [InlineData(null, "socket:[12345]", false)]
    [InlineData("", "socket:[]", false)]
    [InlineData("8:x", "socket:[x]", false)]
    public void Only_the_journals_own_socket_is_the_journal(string? journalStream, string? link, bool isJournal) =>
        Assert.Equal(isJournal, LogStream.IsJournal(journalStream, link));

    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource _free = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _free.SetResult();

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await _free.Task.WaitAsync(cancellationToken);
    }
}
