namespace Longwire.State;

/// <summary>Something that happened to a radio. Never retained, never repeated, in order per radio.</summary>
/// <param name="Reason">Why, in a person's words; null where the type says all.</param>
internal sealed record RadioEvent(string RadioId, RadioEventType Type, string? Reason)
{
    /// <summary>When it happened, by the wall clock: whoever takes it in may do so later.</summary>
    public DateTimeOffset At { get; init; }
}

internal enum RadioEventType
{
    Attached,

    /// <summary>Every loss of the tty, whatever the cause.</summary>
    Lost,

    /// <summary>Asked for by a person.</summary>
    Detached,
    Held,
    Resumed,
    Plugged,
    Unplugged,
    Refused,
}
