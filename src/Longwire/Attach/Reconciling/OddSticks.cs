using System.Globalization;
using Longwire.State;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// What of a Pi's latest list cannot be used: sticks whose record is odd, and what did not come. Each is a problem of its own, and the
/// sticks that came whole are used.
/// </summary>
internal static class OddSticks
{
    public static IEnumerable<SetupProblem> Problems(PiState pi)
    {
        if (pi is not { Reachable: true, List: { } list }) yield break;
        string name = pi.Options.DisplayName;
        int number = 0;
        foreach (string sentence in OddStickText.Of(list.Odd, name))
        {
            yield return new SetupProblem(
                string.Create(CultureInfo.InvariantCulture, $"odd stick {++number} of {pi.Options.Id}"), sentence, pi.Options.Id);
        }
        if (list.CutShort is { } cut)
        {
            yield return new SetupProblem($"list of {pi.Options.Id}",
                $"{name} gave its list in part ({cut}). The sticks that came are used; see the log of what serves them there.",
                pi.Options.Id);
        }
    }
}
