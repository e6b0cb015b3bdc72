namespace Longwire.HomeAssistant.Discovery;

internal sealed record RadioEventMessage
{
    public required string EventType { get; init; }
    public required string? Reason { get; init; }
}
