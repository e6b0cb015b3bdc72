using Longwire.Options;
using Longwire.Radios;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Entries whose port is that of a stick in all but its spelling. What a person has to write instead depends on the Pi: where it has
/// several controllers, the chain of ports alone may be found at each of them.
/// </summary>
internal static class PortSpellings
{
    /// <summary>
    /// For entries that cannot be read: the options' own problem names the chain, and here is the controller where that is needed.
    /// </summary>
    public static IEnumerable<SetupProblem> Problems(AttachState state)
    {
        foreach (SkippedRule skipped in state.Options.SkippedRules)
        {
            if (skipped.Meant is not { } meant) continue;
            if (Find(state, meant, piId: null) is not { Pi: { } pi, Stick: { } stick } || !HasSeveralControllers(pi)) continue;
            yield return new SetupProblem($"spelling {skipped.Problem.Path}",
                $"{skipped.Problem.Path}: {pi.Options.DisplayName} has several USB controllers; the stick at port {stick.Port.Chain} is "
                    + $"\"{Spell(pi, stick)}\".",
                pi.Options.Id);
        }
    }

    /// <summary>What to write in an entry that matches nothing; null where no stick is it but for the spelling.</summary>
    public static string? Hint(AttachState state, RadioRule rule)
    {
        if (rule.Match.Port is not { } port || PortSpelling.Read(port.Chain) is not { } meant) return null;
        return Find(state, rule.Match with { Port = meant }, rule.Pi) is { Pi: { } pi, Stick: { } stick }
            ? $"{pi.Options.DisplayName} has such a stick at \"{Spell(pi, stick)}\": if that is meant, write it so."
            : null;
    }

    private static (PiState? Pi, Stick? Stick) Find(AttachState state, RadioMatch meant, string? piId)
    {
        foreach (PiState pi in state.Pis.Values.Where(pi => piId is null || pi.Options.Id == piId))
        {
            if (pi.Sticks.Values.FirstOrDefault(stick => meant.CouldMatch(stick.Id, stick.Port)) is { } stick) return (pi, stick);
        }
        return default;
    }

    private static RadioMatch Spell(PiState pi, Stick stick) =>
        new(stick.Id, Port: HasSeveralControllers(pi) ? stick.Port : new UsbPort(null, stick.Port.Chain));

    private static bool HasSeveralControllers(PiState pi) => pi.Sticks.Values.Select(stick => stick.Port.Controller)
        .Concat(pi.Offers?.Offers.Select(offer => offer.Port.Controller) ?? [])
        .OfType<string>().Distinct(StringComparer.Ordinal).Take(2).Count() > 1;
}
