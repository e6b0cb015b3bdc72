using System.Net;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Web.Http;
using Xunit;

namespace Longwire.Tests.Web.Http;

/// <summary>The state as events.</summary>
public sealed class EventStreamTests : IAsyncDisposable
{
    private readonly WebBench _bench = new();

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_whole_state_comes_at_once_and_again_when_it_has_changed()
    {
        _bench.AddPi("attic");
        _bench.Publish(Some.Radio);
        using StreamReader events = await ListenAsync(await _bench.StartAsync());
        Assert.Contains("\"status\":\"attached\"", await NextAsync(events), StringComparison.Ordinal);
        _bench.Publish(Some.Radio with { Status = RadioStatus.Held });
        Assert.Contains("\"status\":\"held\"", await NextAsync(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_options_are_told_although_no_radio_has_changed()
    {
        _bench.Publish(Some.Radio);
        using StreamReader events = await ListenAsync(await _bench.StartAsync());
        Assert.Contains("\"options\":\"r1\"", await NextAsync(events), StringComparison.Ordinal);
        _bench.Revision = "r2";
        Assert.Contains("\"options\":\"r2\"", await NextAsync(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changes_within_a_moment_is_told_once_and_a_snapshot_that_says_the_same_not_at_all()
    {
        _bench.AddPi("attic");
        _bench.Publish(Some.Radio);
        using StreamReader events = await ListenAsync(await _bench.StartAsync());
        await ReadAsync(events);
        for (int disconnects = 10; disconnects < 20; disconnects++) _bench.Publish(Some.Radio with { Disconnects = disconnects });
        Assert.Contains("\"disconnects\":19", await NextAsync(events), StringComparison.Ordinal);
        _bench.Publish(Some.Radio with { Disconnects = 19 });
        _bench.Publish(Some.Radio with { Disconnects = 20 });
        Assert.Contains("\"disconnects\":20", await NextAsync(events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_silence_it_says_that_it_is_alive_which_a_page_can_hear()
    {
        using StreamReader events = await ListenAsync(await _bench.StartAsync());
        await ReadAsync(events);
        Assert.Equal("", await events.ReadLineAsync(Cancellation));
        Task<string?> line = events.ReadLineAsync(Cancellation).AsTask();
        await Eventually.IsTrueAsync(() => Tick(line), () => "a word");
        Assert.Equal("event: alive", await line);
    }

    [Fact]
    public async Task Listeners_are_bounded_and_who_leaves_makes_room()
    {
        Uri page = await _bench.StartAsync();
        var listeners = new List<StreamReader>();
        for (int i = 0; i < EventStream.MostListeners; i++) listeners.Add(await ListenAsync(page));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(page));
        foreach (StreamReader listener in listeners) listener.Dispose();
        await Eventually.IsTrueAsync(async () => await StatusAsync(page) == HttpStatusCode.OK, () => "room");
    }

    [Fact]
    public async Task Told_to_stop_it_does_not_wait_for_listeners()
    {
        using StreamReader events = await ListenAsync(await _bench.StartAsync());
        await ReadAsync(events);
        await _bench.StopAsync().WaitAsync(TimeSpan.FromSeconds(5), Cancellation);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private bool Tick(Task task)
    {
        _bench.Time.Advance(EventStream.Silence);
        return task.IsCompleted;
    }

    private async Task<HttpStatusCode> StatusAsync(Uri page)
    {
        using HttpResponseMessage response =
            await _bench.Client.GetAsync(new Uri(page, "api/events"), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return response.StatusCode;
    }

    private async Task<StreamReader> ListenAsync(Uri page) =>
        new(await _bench.Client.GetStreamAsync(new Uri(page, "api/events"), Cancellation));

    // The clock is moved by hand: what is told apart waits for it.
    private async Task<string> NextAsync(StreamReader events)
    {
        Task<string> next = ReadAsync(events);
        await Eventually.IsTrueAsync(() => Tick(next), () => "an event");
        return await next;
    }

    private static async Task<string> ReadAsync(StreamReader events)
    {
        while (await events.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return line;
        }
        throw new EndOfStreamException("the events have ended");
    }
}
