namespace Longwire.HomeAssistant.Broker;

/// <summary>Why a message is not taken, or a subscription; the same words for all that are refused for the same reason.</summary>
internal sealed record MessageRefusal(string What, string Remedy)
{
    /// <summary>It is a subscription.</summary>
    public bool Reading { get; init; }
}
