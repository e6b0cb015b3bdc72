namespace Longwire.Attach.Reconciling;

/// <summary>
/// How many radios of one Pi are remembered: a Pi that makes up serials must not fill the memory, the broker and Home Assistant's registry.
/// What is remembered is forgotten by nobody but a person.
/// </summary>
internal static class RadioLimit
{
    public const int PerPi = 64;

    /// <summary>Why a new one is refused.</summary>
    public static readonly string Reason = $"{PerPi} radios of its Pi are remembered, and no more are taken on";

    /// <summary>Whether a Pi gets no more.</summary>
    public static bool IsReached(AttachState state, string piId) => state.Memory.Radios.Count(radio => radio.PiId == piId) >= PerPi;

    /// <summary>What is said as long as one is refused for that.</summary>
    public static string Problem(string piName) =>
        $"{PerPi} radios of {piName} are remembered, and no more are taken on: remove those that are gone for good (longwire forget).";
}
