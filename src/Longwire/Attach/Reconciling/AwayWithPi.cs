using Longwire.Attach.Identity;

namespace Longwire.Attach.Reconciling;

/// <summary>Radios that are away because their Pi is: its problem is theirs, and one sentence says both.</summary>
internal static class AwayWithPi
{
    public static bool Is(RadioState radio, AttachState state) =>
        state.Pis.TryGetValue(radio.Memory.PiId, out PiState? pi) && IsPluggedIn(radio, pi) && pi.Reachable == false;

    /// <summary>What the problem of a Pi that is away says of its radios; the same for as long as it is away.</summary>
    public static string Sentence(AttachState state, StickSelection selection, PiState pi)
    {
        List<RadioState> radios = SnapshotMaker.Shown(state, selection).FindAll(radio => radio.Memory.Wanted && IsPluggedIn(radio, pi));
        return radios.Count == 0 ? "" : $" Plugged in there: {RadioNames.Of(radios)}.";
    }

    // As far as anybody knows.
    private static bool IsPluggedIn(RadioState radio, PiState pi) => radio.Memory.PiId == pi.Options.Id && radio.WasPluggedIn != false;
}
