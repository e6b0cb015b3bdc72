using System.Collections.Immutable;
using Longwire.State;
using Longwire.UsbIp.Proxy;

namespace Longwire.Web.Api;

/// <summary>A radio, as the page shows it.</summary>
/// <param name="Problem">Somebody should look.</param>
/// <param name="Explanation">What the status means and what to do.</param>
/// <param name="Line">To be pasted into the options; null where there is none.</param>
/// <param name="Commands">What can be asked of it now: see <see cref="RadioRequests"/>.</param>
/// <param name="Successor">The stick that <c>replace</c> gives it; null: there is none.</param>
internal sealed record RadioStateJson(
    string Id, string Name, string UsbId, string? Manufacturer, string? Product, string? Serial, string Status, bool? Connected,
    bool Problem, string Explanation, bool Wanted, DateTimeOffset? Since, double? RoundTripMs, long Disconnects,
    string? LastDisconnectReason, long Outages, double HeldSeconds, DateTimeOffset? LastOutage, double? LastOutageSeconds,
    UsbErrorsJson? UsbErrors, IReadOnlyList<SerialPortJson> SerialPorts, IReadOnlyList<string> RestartApps, string? Line,
    IReadOnlyList<string> Commands, string? Successor)
{
    public static RadioStateJson Of(RadioSnapshot radio, PiSnapshot? pi, string? line)
    {
        StatusMeaning meaning = StatusMeaning.Of(radio, pi);
        return new RadioStateJson(
            radio.Id,
            radio.Name,
            radio.UsbId.ToString(),
            radio.Manufacturer,
            radio.Product,
            radio.Serial,
            radio.Status.Name(),
            meaning.Connected,
            meaning.Problem,
            meaning.Explanation,
            radio.Wanted,
            radio.Since,
            radio.RoundTrip?.TotalMilliseconds,
            radio.Disconnects,
            radio.LastDisconnectReason,
            radio.Outages,
            radio.HeldTime.TotalSeconds,
            radio.LastOutage,
            radio.LastOutageTime?.TotalSeconds,
            radio.Urbs is { } urbs ? UsbErrorsJson.Of(urbs.Counters) : null,
            SerialPortJson.Of(radio),
            radio.RestartApps,
            line,
            RadioRequests.Sensible(radio, pi),
            radio.Successor);
    }
}

/// <summary>Since it was attached.</summary>
/// <param name="Bus">The stick did not answer on its bus, or not as it should.</param>
/// <param name="Stalls">The stick does not have what was asked for: some are no fault.</param>
/// <param name="Gone">The stick was going.</param>
/// <param name="Stale">Commands that were too old to be delivered.</param>
internal sealed record UsbErrorsJson(long Bus, long Stalls, long Gone, long Other, long Refused, long Stale)
{
    public static UsbErrorsJson Of(UrbProxyCounters counted) => new(
        counted.BusErrors, counted.Stalls, counted.GoneErrors, counted.OtherErrors, counted.Refused, counted.OutsStale);
}

/// <param name="MayChange">udev, or another device's serial, has not come yet.</param>
internal sealed record SerialPortJson(string Path, bool MayChange)
{
    public static ImmutableArray<SerialPortJson> Of(RadioSnapshot radio) =>
        [.. radio.SerialPorts.Select(path => new SerialPortJson(path, radio.ProvisionalPorts.Contains(path)))];
}
