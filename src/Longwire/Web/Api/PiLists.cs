using Longwire.Inventory;
using Longwire.Options;
using Longwire.State;

namespace Longwire.Web.Api;

/// <summary>What a Pi lists.</summary>
/// <param name="Problem">Why there is no list, for a person; null if there is one.</param>
internal sealed record PiList(PiOptions Pi, StickList? List, string? Problem);

/// <summary>
/// The lists of the latest snapshot, with what becomes of each stick. No Pi is asked: however many look at once, it costs none.
/// </summary>
/// <param name="sticksOf">Judges the sticks of one Pi, under these options.</param>
internal sealed class PiLists(Func<AttachOptions> options, Func<PiOptions, AttachOptions, PiSticks> sticksOf)
{
    public AttachOptions Options => options();

    /// <summary>One per Pi of the options, in their order.</summary>
    public IReadOnlyList<PiList> Of(Snapshot snapshot)
    {
        AttachOptions now = Options;
        return [.. now.Pis.Select(pi => Of(pi, now, snapshot.Pis.FirstOrDefault(known => known.Id == pi.Id)))];
    }

    private PiList Of(PiOptions pi, AttachOptions now, PiSnapshot? known) => known?.Offers is { } offers
        ? new PiList(pi, sticksOf(pi, now).Judge(offers), null)
        : new PiList(pi, null, known?.SilentReason ?? "it was not asked yet");
}
