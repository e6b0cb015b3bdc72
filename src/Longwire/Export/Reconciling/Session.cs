namespace Longwire.Export.Reconciling;

/// <summary>A stick being served.</summary>
/// <param name="DeviceNumber">
/// Changes with every plugging: what is served at the same bus id under another number is not this session.
/// </param>
/// <param name="Carrier">Asked to end it; null for a session that is not of our making.</param>
internal sealed record Session(ExportedStick Stick, uint DeviceNumber, Client Client, ISessionCarrier? Carrier);
