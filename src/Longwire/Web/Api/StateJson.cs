using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Longwire.Inventory;
using Longwire.Platform;
using Longwire.State;

namespace Longwire.Web.Api;

/// <summary>
/// <c>GET api/state</c>, and each event of <c>api/events</c>: all that the page shows. Every key always there, null if unknown.
/// </summary>
/// <param name="Problems">Sentences of Longwire itself.</param>
/// <param name="Options">What options these are: whoever changes them says which they saw.</param>
internal sealed record StateJson(
    string Version, bool Stopped, IReadOnlyList<string> Problems, int RadiosExpected, int RadiosAttached, IReadOnlyList<PiStateJson> Pis,
    string Options)
{
    // A person knows neither bus ids nor that a stick has two ends: where a radio of ours and a stick of its Pi's list are the same for
    // certain, they are shown as one. Else both are.
    public static StateJson Of(Snapshot snapshot, IReadOnlyList<PiList> lists, string version, string options)
    {
        IEnumerable<PiStateJson> pis = lists.Select(list => Of(list, snapshot));
        ImmutableArray<RadioSnapshot> elsewhere = [.. snapshot.Radios.Where(radio => lists.All(list => list.Pi.Id != radio.PiId))];
        BridgeSnapshot bridge = snapshot.Bridge;
        return new StateJson(
            version,
            bridge.Stopped,
            bridge.Problems,
            bridge.RadiosExpected,
            bridge.RadiosAttached,
            [.. pis, .. elsewhere.GroupBy(radio => radio.PiId).Select(group => PiStateJson.NotInOptions(group.Key, [.. group]))],
            options);
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, StateJsonContext.Default.StateJson);

    private static PiStateJson Of(PiList list, Snapshot snapshot)
    {
        PiSnapshot? pi = snapshot.Pis.FirstOrDefault(known => known.Id == list.Pi.Id);
        ImmutableArray<RadioSnapshot> radios = [.. snapshot.Radios.Where(radio => radio.PiId == list.Pi.Id)];
        ImmutableArray<ListedStick> listed = list.List?.Sticks ?? [];
        IEnumerable<ListedStick> others = listed.Where(
            stick => !radios.Any(radio => ReferenceEquals(RadioSticks.TheOne(radio, radios, listed), stick)));
        return new PiStateJson(
            list.Pi.Id,
            list.Pi.Name ?? list.Pi.Address,
            list.Pi.Address,
            pi?.Mode == PiMode.Link,
            pi?.Reachable,
            pi?.RoundTrip?.TotalMilliseconds,
            pi?.Version,
            pi?.Vitals is { } vitals ? PiVitalsJson.Of(vitals) : null,
            list.Problem,
            pi?.SilencedUntil,
            list.List?.Notes ?? [],
            [
                .. radios.Select(radio => RadioStateJson.Of(
                    radio, pi, RadioSticks.TheOne(radio, radios, listed)?.Line ?? RadioSticks.LineOf(radio, radios))),
            ],
            [.. others.Select(StickStateJson.Of)]);
    }
}

/// <param name="Link">We are paired; else it is asked for stock USB/IP.</param>
/// <param name="LongwireVersion">Null where a stock usbipd answers.</param>
/// <param name="Vitals">How it is; null where it does not say it.</param>
/// <param name="Silent">Why there is no list of what it has; null if there is one.</param>
/// <param name="SilencedUntil">Somebody works on it until then, and nothing of it is a problem; null: nobody does.</param>
/// <param name="Sticks">What it has besides the radios.</param>
internal sealed record PiStateJson(
    string Id, string Name, string Address, bool Link, bool? Reachable, double? RoundTripMs, string? LongwireVersion, PiVitalsJson? Vitals,
    string? Silent, DateTimeOffset? SilencedUntil, IReadOnlyList<string> Notes, IReadOnlyList<RadioStateJson> Radios,
    IReadOnlyList<StickStateJson> Sticks)
{
    public static PiStateJson NotInOptions(string id, ImmutableArray<RadioSnapshot> radios) => new(
        id, id, "", false, null, null, null, null, "it is not in the options any more", null, [],
        [.. radios.Select(radio => RadioStateJson.Of(radio, null, RadioSticks.LineOf(radio, radios)))], []);
}

/// <inheritdoc cref="PiVitals"/>
// A class: of a struct the generated code is 57 kB more.
internal sealed record PiVitalsJson(double? Temperature, bool? UnderVoltage, double? Load, DateTimeOffset? Since, int? WifiSignal)
{
    public static PiVitalsJson Of(PiVitals vitals) =>
        new(vitals.Temperature, vitals.UnderVoltage, vitals.Load, vitals.Since, vitals.WifiSignal);
}

/// <summary>A stick that is none of our radios.</summary>
/// <param name="Why">Why it is not attached, or is about to be.</param>
/// <param name="Line">To be pasted into the options; null where there is none.</param>
/// <param name="Choosable">It is offered, and would be a radio if the options named it.</param>
internal sealed record StickStateJson(string Name, string UsbId, string BusId, bool Problem, string Why, string? Line, bool Choosable)
{
    public static StickStateJson Of(ListedStick stick) => new(
        stick.Name, stick.Id.ToString(), stick.BusId.ToString(), stick.Outlook == Outlook.Ambiguous,
        Clause.Sentence(stick.Reason), stick.Line, StickChoice.MayBeChosen(stick));
}

// Only ever written: what reading would need is not in the program.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(StateJson))]
internal sealed partial class StateJsonContext : JsonSerializerContext;
