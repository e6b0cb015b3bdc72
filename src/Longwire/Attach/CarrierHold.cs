namespace Longwire.Attach;

/// <summary>The far side is away, and the port stays meanwhile.</summary>
/// <param name="Since">A timestamp of the clock that the carrier was given.</param>
/// <param name="Reason">For a person.</param>
internal sealed record CarrierHold(long Since, string Reason);
