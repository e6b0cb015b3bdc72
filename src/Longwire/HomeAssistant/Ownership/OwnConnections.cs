using Longwire.HomeAssistant.Broker;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Our two connections under one base topic, never open at once: as whom each speaks, and what it leaves when we die.</summary>
internal sealed class OwnConnections(Topics topics, OwnInstance self, BrokerConnector connector, RefusedMessages refused)
{
    /// <summary>To ask for the base topic, and to own it.</summary>
    /// <exception cref="BrokerException">It could not be opened.</exception>
    public Task<BrokerConnection> OpenToOwnAsync(BrokerAddress broker, IncomingMessages inbox, CancellationToken cancellationToken) =>
        connector.OpenAsync(broker, self.ClientId, topics.BridgeState, inbox, refused, cancellationToken);

    /// <summary>To wait while somebody else owns it. Without a will: it must not declare dead the one that lives.</summary>
    /// <exception cref="BrokerException">It could not be opened.</exception>
    public Task<BrokerConnection> OpenToWaitAsync(BrokerAddress broker, IncomingMessages inbox, CancellationToken cancellationToken) =>
        connector.OpenAsync(broker, self.StandByClientId, willTopic: null, inbox, refused: null, cancellationToken);
}
