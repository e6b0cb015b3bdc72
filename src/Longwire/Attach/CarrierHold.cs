namespace Longwire.Attach;

/// <summary>The far side is away, and the port stays meanwhile.</summary>
/// <param name="Since">A timestamp of the clock that the carrier was given.</param>
/// <param name="Reason">For a person.</param>
internal sealed record CarrierHold(long Since, string Reason)
{
    /// <summary>
    /// The far side has forgotten what was carried: this carrier cannot go on. It stays for a moment all the same, for whoever knows
    /// whether the stick is still there; once it is, another one is to take this one's place.
    /// </summary>
    public bool IsOver { get; init; }
}
