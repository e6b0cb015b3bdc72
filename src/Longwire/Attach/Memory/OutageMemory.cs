namespace Longwire.Attach.Memory;

/// <summary>The times for which a radio's Pi was away while its port stayed, since the radio was first seen.</summary>
/// <param name="Count">With one that goes on.</param>
/// <param name="Held">All of them together, without one that goes on.</param>
/// <param name="LastBegan">By the wall clock.</param>
/// <param name="LastHeld">Null: it goes on, or this process ended in it.</param>
internal sealed record OutageMemory(long Count, TimeSpan Held, DateTimeOffset LastBegan, TimeSpan? LastHeld);
