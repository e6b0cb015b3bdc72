using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Clears devices of ours under a base topic that we do not publish under now: it is an old one, or we are stopped.</summary>
/// <param name="refused">Takes what the broker does not let us clear; null: that is an exception.</param>
internal sealed class TopicRemoval(
    PublishedTopics published, BrokerConnector connector, RefusedMessages? refused, TimeProvider time, ILogger logger)
{
    /// <param name="baseTopic">The one that all of <paramref name="ours"/> are under.</param>
    /// <returns>The Longwire that has the base topic by now: then nothing was cleared. Null if all was.</returns>
    /// <exception cref="BrokerException">The broker is gone or does not want us; what was published stays remembered.</exception>
    public async Task<Instance?> ClearAsync(
        BrokerAddress broker,
        OwnInstance self,
        string baseTopic,
        IReadOnlyCollection<KeyValuePair<string, PublishedDevice>> ours,
        CancellationToken cancellationToken)
    {
        // A connection of its own: under this base topic we have no will to leave. The prefix plays no part in a claim.
        var topics = new Topics(baseTopic, "");
        // Whether we hear an answer is nobody's concern here but the claim's.
        var access = new ReadAccess(self.Nonce, _ => { });
        var inbox = new IncomingMessages(topics, access);
        await using BrokerConnection connection =
            await connector.OpenAsync(broker, self.ClientId, willTopic: null, inbox, refused, cancellationToken);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Gone);
        try
        {
            // People give one of two Longwires a base topic of its own; the other has ours by now, and its radios may be
            // called the same.
            var claim = new TopicClaim(connection, inbox, topics, self, incumbent: true, access, time);
            Instance? owner = await claim.TryAsync(null, session.Token);
            if (owner is not null) MqttLog.LeftToOther(logger, baseTopic, Printable.Of(owner.Id, 40));
            var done = new List<string>();
            foreach ((string config, PublishedDevice device) in ours)
            {
                if (owner is null)
                {
                    if (!await RetainedMessages.ClearAsync(connection, config, device.Topics, session.Token)) continue;
                    MqttLog.Removed(logger, config);
                }
                done.Add(config);
            }
            await published.SaveAsync(published.Current.Without(done), session.Token);
            await connection.CloseAsync(session.Token);
            return owner;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && connection.Lost.IsCompletedSuccessfully)
        {
            throw await connection.Lost;
        }
    }
}
