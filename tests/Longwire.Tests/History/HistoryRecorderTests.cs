using Longwire.History;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.History;

/// <summary>When the history is written down, and that a disk that cannot take it ends nothing.</summary>
public sealed class HistoryRecorderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-history-").FullName;
    private readonly StateFeed _feed = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordingLogger<HistoryRecorder> _log = new();

    private string File => Path.Combine(_folder, HistoryRecorder.FileName);

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task It_is_on_the_disk_after_the_stop_and_there_again_after_the_next_start()
    {
        _feed.Publish(Some.Snapshot(Some.Radio with { Status = RadioStatus.Held }), []);
        var book = new HistoryBook();
        using (HistoryRecorder recorder = Recorder(book))
        {
            await recorder.StartAsync(Cancellation);
            await Eventually.IsTrueAsync(() => States(book).EndsWith('4'), () => "it to be recorded");
            Assert.False(System.IO.File.Exists(File));
            await recorder.StopAsync(Cancellation);
        }
        Assert.True(System.IO.File.Exists(File));
        var next = new HistoryBook();
        using HistoryRecorder again = Recorder(next);
        await again.StartAsync(Cancellation);
        await Eventually.IsTrueAsync(() => States(next).Contains('4', StringComparison.Ordinal), () => "it to be read");
        await again.StopAsync(Cancellation);
    }

    [Fact]
    public async Task What_is_known_no_more_has_no_history_and_what_was_not_known_yet_keeps_its_own()
    {
        var book = new HistoryBook();
        book.Add(Some.Snapshot(Some.Radio with { Id = "not_yet" }), _time.GetUtcNow());
        _feed.Publish(Some.Snapshot(Some.Radio, Some.Radio with { Id = "stays" }), []);
        using HistoryRecorder recorder = Recorder(book);
        await recorder.StartAsync(Cancellation);
        await Eventually.IsTrueAsync(() => Has(Some.RadioId) && Has("stays"), () => "both to be recorded");
        _feed.Publish(Some.Snapshot(Some.Radio with { Id = "stays" }), []);
        await Eventually.IsTrueAsync(() => !Has(Some.RadioId), () => "it to be forgotten");
        Assert.True(Has("stays") && Has("not_yet"));
        await recorder.StopAsync(Cancellation);

        bool Has(string id) => book.Json(id, month: false, _time.GetUtcNow()) is not null;
    }

    [Fact]
    public async Task It_is_written_every_ten_minutes()
    {
        _feed.Publish(Some.Snapshot(Some.Radio), []);
        using HistoryRecorder recorder = Recorder(new HistoryBook());
        await recorder.StartAsync(Cancellation);
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(HistoryRecorder.Look);
                return System.IO.File.Exists(File);
            },
            () => "the file");
        await recorder.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_file_that_is_none_of_ours_is_said_and_replaced()
    {
        _log.Expect("cannot be used");
        await System.IO.File.WriteAllTextAsync(File, "{}", Cancellation);
        using HistoryRecorder recorder = Recorder(new HistoryBook());
        await recorder.StartAsync(Cancellation);
        await Eventually.IsTrueAsync(() => _log.Lines.Any(), () => "a word about it");
        await recorder.StopAsync(Cancellation);
        Assert.StartsWith("longwire history", await System.IO.File.ReadAllTextAsync(File, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_ends_nothing()
    {
        _log.Expect("cannot be written");
        Directory.CreateDirectory(File);
        var book = new HistoryBook();
        _feed.Publish(Some.Snapshot(Some.Radio), []);
        using HistoryRecorder recorder = Recorder(book);
        await recorder.StartAsync(Cancellation);
        // Stopped before it has begun, it is cancelled.
        await Eventually.IsTrueAsync(() => book.Json(Some.RadioId, month: false, _time.GetUtcNow()) is not null, () => "it to be recorded");
        await recorder.StopAsync(Cancellation);
        Assert.True(recorder.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clock_that_starts_in_the_past_costs_nothing_until_it_has_stayed_there(bool stays)
    {
        DateTimeOffset present = _time.GetUtcNow();
        var before = new HistoryBook();
        before.Add(Some.Snapshot(Some.Radio with { Status = RadioStatus.Held }), present);
        await System.IO.File.WriteAllBytesAsync(File, before.Write(), Cancellation);
        var past = new FakeTimeProvider(present - TimeSpan.FromDays(365));
        _feed.Publish(Some.Snapshot(Some.Radio), []);
        var book = new HistoryBook();
        using var recorder = new HistoryRecorder(book, _feed, _feed.SubscribeToEvents(), _folder, past, _log);
        await recorder.StartAsync(Cancellation);
        TimeSpan passed = TimeSpan.Zero;
        await Eventually.IsTrueAsync(() => book.Newest > DateTimeOffset.MinValue, () => "it to be read");
        while (stays ? book.Newest == present : passed < HistoryRecorder.ClockIsBelieved / 2)
        {
            Assert.True(passed < HistoryRecorder.ClockIsBelieved * 2, "never believed");
            past.Advance(HistoryRecorder.Look);
            passed += HistoryRecorder.Look;
            await Task.Delay(TimeSpan.FromMilliseconds(2), Cancellation);
        }
        await recorder.StopAsync(Cancellation);
        Assert.Equal(stays, book.Newest < present);
        if (stays) Assert.True(passed >= HistoryRecorder.ClockIsBelieved, $"believed after {passed}");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string States(HistoryBook book) => book.Json(Some.RadioId, month: false, _time.GetUtcNow()) is { } json
        ? System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("states").GetString()!
        : "";

    private HistoryRecorder Recorder(HistoryBook book) => new(book, _feed, _feed.SubscribeToEvents(), _folder, _time, _log);
}
