using System.Globalization;
using System.Text.Json;
using Longwire.History;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.UsbIp.Proxy;
using Xunit;

namespace Longwire.Tests.History;

/// <summary>What is kept of what happened to a radio.</summary>
public sealed class HistoryEventsTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly HistoryBook _book = new();

    public HistoryEventsTests() => _book.Add(Some.Snapshot(Some.Radio), s_noon);

    [Fact]
    public void The_last_hundred_are_kept_the_latest_first_and_over_a_restart()
    {
        for (int i = 0; i < 130; i++)
            Happens(s_noon.AddMinutes(i), RadioEventType.Lost, string.Create(CultureInfo.InvariantCulture, $"no {i}"));
        Happens(s_noon.AddMinutes(130), RadioEventType.Attached, null);
        IReadOnlyList<HistoryEvent> events = _book.EventsOf(Some.RadioId);
        Assert.Equal(HistoryEvents.Most, events.Count);
        Assert.Equal(new HistoryEvent(s_noon.AddMinutes(130), "attached", null), events[0]);
        Assert.Equal("no 31", events[^1].Reason);
        var next = new HistoryBook();
        Assert.Null(next.Read(_book.Write()));
        Assert.Equal(events, next.EventsOf(Some.RadioId));
    }

    [Fact]
    public void A_reason_without_end_is_cut_and_none_is_kept_of_a_radio_that_is_not_known()
    {
        Happens(s_noon, RadioEventType.Lost, new string('ä', 5000));
        Assert.Equal(HistoryEvent.LongestReason, Assert.Single(_book.EventsOf(Some.RadioId)).Reason!.Length);
        _book.Add(new RadioEvent("elsewhere", RadioEventType.Lost, null));
        Assert.Empty(_book.EventsOf("elsewhere"));
    }

    [Fact]
    public void Errors_on_the_bus_are_one_entry_for_ten_minutes()
    {
        var events = new HistoryEvents();
        Count(events, 0, 5);
        Count(events, 2, 5);
        Count(events, 4, 8);
        Assert.Equal("8 within 10 min", Assert.Single(events.Latest()).Reason);
        Count(events, 11, 9);
        Assert.Equal(["1 within 10 min", "8 within 10 min"], events.Latest().Select(happened => happened.Reason));
        // Attached anew, it counts from the beginning.
        events.Count(s_noon.AddMinutes(30), s_noon.AddMinutes(29), Errors(2));
        Assert.Equal("2 within 10 min", events.Latest().First().Reason);
        Assert.All(events.Latest(), happened => Assert.Equal(HistoryEvent.UsbErrors, happened.Type));
    }

    [Fact]
    public void A_radio_that_is_forgotten_leaves_nothing()
    {
        Happens(s_noon, RadioEventType.Lost, null);
        _book.ForgetThoseGone(Some.Snapshot(Some.Radio), Some.Snapshot());
        Assert.Null(_book.Json(Some.RadioId, month: false, s_noon));
        Assert.DoesNotContain(Some.RadioId, System.Text.Encoding.Latin1.GetString(_book.Write()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_page_is_told_of_them_beside_the_day_and_the_month(bool month)
    {
        Happens(s_noon, RadioEventType.Lost, "pulled");
        using var json = JsonDocument.Parse(_book.Json(Some.RadioId, month, s_noon)!.Value);
        JsonElement happened = Assert.Single(json.RootElement.GetProperty("events").EnumerateArray().ToArray());
        Assert.Equal(
            (s_noon.ToUnixTimeSeconds(), "lost", "pulled"),
            (happened.GetProperty("at").GetInt64(), happened.GetProperty("type").GetString(), happened.GetProperty("reason").GetString()));
    }

    private static UrbProxyCounters Errors(long bus) => new() { BusErrors = bus };

    private static void Count(HistoryEvents events, int minute, long errors) =>
        events.Count(s_noon.AddMinutes(minute), s_noon, Errors(errors));

    private void Happens(DateTimeOffset at, RadioEventType type, string? reason) =>
        _book.Add(new RadioEvent(Some.RadioId, type, reason) { At = at });
}
