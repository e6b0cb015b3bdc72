using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Longwire.State;

namespace Longwire.Web.Api;

/// <summary>What a person may ask of a radio on the page, by the word in the address.</summary>
internal static class RadioRequests
{
    private const string Attach = "attach";
    private const string Detach = "detach";
    private const string Reattach = "reattach";
    private const string TakeOver = "take_over";
    private const string Forget = "forget";

    /// <summary>Reattach, where that gives the radio another stick: a person is asked first.</summary>
    public const string Replace = "replace";

    /// <param name="successor">The stick that the person was asked about; only <see cref="Replace"/> has one.</param>
    /// <returns>Null: there is no such word.</returns>
    public static RadioCommand? Of(string word, string radio, string? successor = null) => word switch
    {
        Attach => new RadioCommand.SetWanted(radio, true),
        Detach => new RadioCommand.SetWanted(radio, false),
        Reattach => new RadioCommand.Reattach(radio),
        Replace when successor is not null => new RadioCommand.Replace(radio, successor),
        TakeOver => new RadioCommand.TakeOver(radio),
        Forget => new RadioCommand.Forget(radio),
        _ => null,
    };

    /// <summary>Those that may change something as things stand, for the buttons; the others do no harm.</summary>
    public static ImmutableArray<string> Sensible(RadioSnapshot radio, PiSnapshot? pi)
    {
        if (radio.Stopped) return [];
        if (!radio.Wanted) return [Attach, Forget];
        if (radio.HasPort || radio.Status == RadioStatus.Attaching) return [Reattach, Detach];
        if (radio.Successor is not null) return [Replace, Detach, Forget];
        // A stock usbipd takes nothing from anybody.
        bool mayBeTaken = radio.Status == RadioStatus.InUse && pi?.Mode == PiMode.Link;
        return mayBeTaken ? [TakeOver, Reattach, Detach, Forget] : [Reattach, Detach, Forget];
    }
}

/// <summary>With <c>POST api/radios/{id}/replace</c>: the stick that the person said yes to.</summary>
internal sealed record ReplaceRequest(string? Successor);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ReplaceRequest))]
internal sealed partial class ReplaceRequestJson : JsonSerializerContext;
