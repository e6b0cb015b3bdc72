namespace Longwire.Testing.Brokers;

/// <summary>A message as it came from the broker.</summary>
/// <param name="Timestamp">When it reached the test machine, as <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="Topic">In full.</param>
/// <param name="Payload">As text; empty where one is taken away.</param>
/// <param name="Retained">The broker had it before we asked; what is published while we watch comes without this mark.</param>
public sealed record Message(long Timestamp, string Topic, string Payload, bool Retained);
