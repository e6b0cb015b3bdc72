namespace Longwire.HomeAssistant.Broker;

/// <summary>What a person asks of a radio by one of its command topics.</summary>
internal enum RadioTopic
{
    Attach,
    Reattach,
    TakeOver,
}
