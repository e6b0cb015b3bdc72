namespace Longwire.Attach.Reconciling;

/// <summary>
/// How many radios of one Pi are remembered: a Pi that makes up serials must not fill the memory, the broker and Home Assistant's registry.
/// What is remembered is forgotten by nobody but a person.
/// </summary>
internal static class RadioLimit
{
    public const int PerPi = 64;

    public static readonly string Reason = $"{PerPi} radios of its Pi are remembered, and no more are taken on";

    /// <summary>The source of what is said of a Pi that has reached it.</summary>
    public static string ProblemOf(string piId) => $"radios of {piId}";

    /// <summary>Whether a Pi gets no more; the bridge's problems say so.</summary>
    public static bool IsReached(AttachState state, string piId)
    {
        bool reached = state.Memory.Radios.Count(radio => radio.PiId == piId) >= PerPi;
        string? problem = reached
            ? $"{PerPi} radios of {piId} are remembered, and no more are taken on: remove those that are gone for good (longwire forget)."
            : null;
        state.SetProblem(ProblemOf(piId), problem);
        return reached;
    }
}
