using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>Clears what we published under a base topic that is no longer ours, before anything is published under the new one.</summary>
internal sealed class OldBaseTopics(PublishedTopics published, TimeProvider time, ILogger logger)
{
    public async Task ClearAsync(BrokerAddress broker, string clientId, string instanceId, string currentBase, CancellationToken cancellationToken)
    {
        foreach (string old in published.Current.Devices.Values.Select(device => device.BaseTopic).Where(old => old != currentBase).Distinct().ToList())
        {
            await ClearOneAsync(broker, clientId, instanceId, old, cancellationToken);
        }
    }

    private async Task ClearOneAsync(BrokerAddress broker, string clientId, string instanceId, string old, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, PublishedDevice>> ours = [.. published.Current.Devices.Where(device => device.Value.BaseTopic == old)];
        // A connection of its own: under the old base topic we have no will to leave. The prefix plays no part in a claim.
        var topics = new Topics(old, "");
        var inbox = new Inbox(topics);
        await using BrokerConnection connection = await BrokerConnection.OpenAsync(broker, clientId, willTopic: null, inbox, time, cancellationToken);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Gone);
        try
        {
            // People give one of two Longwires a base topic of its own; the other has ours by now, and its radios may be
            // called the same.
            string? owner = await new TopicClaim(connection, inbox, topics, new ClaimMessage(instanceId, Incumbent: true), time).TryAsync(null, session.Token);
            if (owner is not null) Log.LeftToOther(logger, old, Printable.Of(owner, 40));
            foreach ((string config, PublishedDevice device) in ours)
            {
                if (owner is not null) break;
                await RetainedMessages.ClearAsync(connection, config, device.Topics, session.Token);
                Log.Removed(logger, config);
            }
            await published.SaveAsync(published.Current.Without(ours.Select(device => device.Key)), session.Token);
            await connection.CloseAsync(session.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && connection.Lost.IsCompletedSuccessfully)
        {
            throw await connection.Lost;
        }
    }
}
