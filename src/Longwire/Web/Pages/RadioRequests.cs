using System.Collections.Immutable;
using Longwire.State;

namespace Longwire.Web.Pages;

/// <summary>What a person may ask of a radio on the page, by the word in the address.</summary>
internal static class RadioRequests
{
    private const string Attach = "attach";
    private const string Detach = "detach";
    private const string Reattach = "reattach";
    private const string TakeOver = "take_over";

    /// <summary>Null: there is no such word.</summary>
    public static RadioCommand? Of(string word, string radio) => word switch
    {
        Attach => new RadioCommand.SetWanted(radio, true),
        Detach => new RadioCommand.SetWanted(radio, false),
        Reattach => new RadioCommand.Reattach(radio),
        TakeOver => new RadioCommand.TakeOver(radio),
        _ => null,
    };

    /// <summary>Those that may change something as things stand, for the buttons; the others do no harm.</summary>
    public static ImmutableArray<string> Sensible(RadioSnapshot radio, PiSnapshot? pi)
    {
        if (radio.Stopped) return [];
        if (!radio.Wanted) return [Attach];
        // A stock usbipd takes nothing from anybody.
        return radio.Status == RadioStatus.InUse && pi?.Mode == PiMode.Link ? [TakeOver, Reattach, Detach] : [Reattach, Detach];
    }
}
