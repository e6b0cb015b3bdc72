using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Longwire.History;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Xunit;

namespace Longwire.Tests.History;

/// <summary>What is kept of how a radio was, and for how long.</summary>
public sealed class HistoryBookTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly HistoryBook _book = new();

    [Fact]
    public void Of_a_span_the_worst_state_and_the_slowest_answer_are_kept()
    {
        Add(s_noon, RadioStatus.Attached, 2);
        Add(s_noon.AddSeconds(2), RadioStatus.Held, 40);
        Add(s_noon.AddSeconds(4), RadioStatus.Attached, 3);
        Add(s_noon.AddSeconds(10), RadioStatus.Attached, 2.5);
        JsonElement day = Read(s_noon.AddSeconds(10));
        Assert.Equal(8640, States(day).Length);
        Assert.EndsWith("041", States(day), StringComparison.Ordinal);
        Assert.Equal(["400", "25"], Trips(day)[^2..]);
        Assert.Equal(10, day.GetProperty("step").GetInt32());
        Assert.Equal("4", States(Read(s_noon.AddSeconds(10), month: true))[^1..]);
    }

    [Theory]
    [InlineData((int)RadioStatus.Attached, '1')]
    [InlineData((int)RadioStatus.Attaching, '2')]
    [InlineData((int)RadioStatus.Detached, '3')]
    [InlineData((int)RadioStatus.Held, '4')]
    [InlineData((int)RadioStatus.PiUnreachable, '5')]
    [InlineData((int)RadioStatus.InUse, '5')]
    public void Each_status_has_its_digit(int status, char digit)
    {
        Add(s_noon, (RadioStatus)status, null);
        Assert.Equal(digit, States(Read(s_noon))[^1]);
    }

    [Fact]
    public void What_was_not_measured_is_unknown_and_what_is_older_than_a_day_is_gone()
    {
        Add(s_noon, RadioStatus.Held, 2);
        Add(s_noon.AddMinutes(1), RadioStatus.Attached, 2);
        Assert.EndsWith("4000001", States(Read(s_noon.AddMinutes(1))), StringComparison.Ordinal);
        Assert.EndsWith("100", States(Read(s_noon.AddMinutes(1).AddSeconds(20))), StringComparison.Ordinal);
        DateTimeOffset tomorrow = s_noon.AddHours(24).AddSeconds(30);
        Add(tomorrow, RadioStatus.Attached, 2);
        Assert.DoesNotContain('4', States(Read(tomorrow)));
        Assert.Contains('4', States(Read(tomorrow, month: true)));
        Assert.Equal(new string('0', 8640), States(Read(s_noon.AddYears(1))));
    }

    [Fact]
    public void A_clock_that_is_put_back_leaves_nothing_of_a_future()
    {
        Add(s_noon.AddHours(2), RadioStatus.Held, 2);
        Add(s_noon, RadioStatus.Attached, 2);
        Assert.EndsWith("01", States(Read(s_noon)), StringComparison.Ordinal);
        Assert.DoesNotContain('4', States(Read(s_noon.AddHours(2))));
    }

    [Fact]
    public void It_survives_a_restart()
    {
        Add(s_noon, RadioStatus.Held, 2.3);
        Add(s_noon.AddSeconds(10), RadioStatus.Attached, null);
        var next = new HistoryBook();
        Assert.Null(next.Read(_book.Write()));
        Assert.Equal(
            _book.Json(Some.RadioId, month: false, s_noon.AddSeconds(10))!.Value.ToArray(),
            next.Json(Some.RadioId, month: false, s_noon.AddSeconds(10))!.Value.ToArray());
    }

    [Fact]
    public void A_file_of_the_format_without_events_is_read()
    {
        Add(s_noon, RadioStatus.Held, 2.3);
        byte[] now = _book.Write();
        // One radio without events has a zero for their count at the end, and the former head is as long.
        byte[] former = [.. "longwire history 1\n"u8, .. now.AsSpan("longwire history 1\n".Length..^(SHA256.HashSizeInBytes + 1))];
        var next = new HistoryBook();
        Assert.Null(next.Read([.. former, .. SHA256.HashData(former)]));
        Assert.Equal(
            _book.Json(Some.RadioId, month: false, s_noon)!.Value.ToArray(),
            next.Json(Some.RadioId, month: false, s_noon)!.Value.ToArray());
    }

    [Fact]
    public void A_file_that_is_none_or_cut_short_is_said_to_be()
    {
        Add(s_noon, RadioStatus.Held, 2);
        Assert.NotNull(_book.Read("{}"u8));
        Assert.NotNull(_book.Read(_book.Write().AsSpan()[..^1]));
    }

    // The length of the first id, a letter of it, a span, the sum.
    [Theory]
    [InlineData(19)]
    [InlineData(22)]
    [InlineData(2000)]
    [InlineData(-1)]
    public void A_file_that_has_lost_a_bit_is_not_believed_and_costs_nothing_that_is_known(int at)
    {
        Add(s_noon, RadioStatus.Held, 2);
        byte[] damaged = _book.Write();
        damaged[at < 0 ? damaged.Length + at : at] ^= 0x80;
        Assert.Equal("it is damaged", _book.Read(damaged));
        Assert.EndsWith("4", States(Read(s_noon)), StringComparison.Ordinal);
        _book.Write();
    }

    [Fact]
    public void Sixty_four_radios_take_less_than_ten_megabytes_and_one_more_waits_until_one_has_gone()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        _book.Add(Of(64), s_noon);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 10_000_000);
        _book.Add(Of(65), s_noon);
        Assert.Null(_book.Json("radio64", month: false, s_noon));
        Snapshot other = Of(65);
        _book.Add(other with { Radios = other.Radios[1..] }, s_noon);
        Assert.NotNull(_book.Json("radio64", month: false, s_noon));
        Assert.Null(_book.Json("radio0", month: false, s_noon));
    }

    private static Snapshot Of(int count) => Some.Snapshot(
        [.. Enumerable.Range(0, count).Select(i => Some.Radio with { Id = string.Create(CultureInfo.InvariantCulture, $"radio{i}") })]);

    private void Add(DateTimeOffset at, RadioStatus status, double? milliseconds) => _book.Add(
        Some.Snapshot(
            Some.Radio with { Status = status, RoundTrip = milliseconds is { } some ? TimeSpan.FromMilliseconds(some) : null }), at);

    private JsonElement Read(DateTimeOffset now, bool month = false)
    {
        using var json = JsonDocument.Parse(_book.Json(Some.RadioId, month, now)!.Value);
        return json.RootElement.Clone();
    }

    private static string States(JsonElement history) => history.GetProperty("states").GetString()!;

    private static string[] Trips(JsonElement history) =>
        [.. history.GetProperty("round_trips").EnumerateArray().Select(trip => trip.GetRawText())];
}
