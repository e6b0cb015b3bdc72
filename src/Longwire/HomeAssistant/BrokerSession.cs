using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Ownership;

namespace Longwire.HomeAssistant;

/// <summary>What one set of options does with a broker that can be reached: claims the base topic, then owns it or stands by.</summary>
/// <param name="inboxOf">Makes the inbox of a new connection.</param>
/// <param name="ownedOn">What we do on a connection on which the topic is ours.</param>
internal sealed class BrokerSession(
    OldBaseTopics old,
    OwnConnections connections,
    TopicClaims claims,
    StandBy standBy,
    OwnerReport report,
    Func<IncomingMessages> inboxOf,
    Func<BrokerConnection, IncomingMessages, OwnedTopic> ownedOn)
{
    /// <summary>Returns when it is time to claim the topic again.</summary>
    /// <param name="ready">Called when everything was published, or when the owner would be heard leaving.</param>
    /// <param name="stopping">Longwire stops; <paramref name="cancellationToken"/> ends with new settings, too.</param>
    /// <exception cref="BrokerException">The broker is gone or does not want us.</exception>
    public async Task RunAsync(BrokerAddress broker, Action ready, CancellationToken stopping, CancellationToken cancellationToken)
    {
        await old.ClearAsync(broker, cancellationToken);
        IncomingMessages inbox = inboxOf();
        Instance owner = await OwnAsync(broker, inbox, ready, stopping, cancellationToken);
        report.Say(owner);
        bool left = await standBy.WaitAsync(broker, inbox, ready, cancellationToken);
        claims.Expect(left ? null : owner);
    }

    /// <summary>Somebody else connects with our client id, again and again.</summary>
    public void ReportDuel() => report.SayDuel();

    /// <returns>The instance that holds the topic.</returns>
    private async Task<Instance> OwnAsync(
        BrokerAddress broker, IncomingMessages inbox, Action ready, CancellationToken stopping, CancellationToken cancellationToken)
    {
        await using BrokerConnection connection = await connections.OpenToOwnAsync(broker, inbox, cancellationToken);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Gone);
        OwnedTopic? ours = null;
        try
        {
            Instance? owner = await claims.TryAsync(connection, inbox, session.Token);
            if (owner is null)
            {
                report.Say(null);
                ours = ownedOn(connection, inbox);
                owner = await ours.RunAsync(ready, session.Token);
                claims.Yield();
            }
            // Politely, so that the broker drops our will: the owner lives.
            await connection.CloseAsync(session.Token);
            return owner;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && connection.Lost.IsCompletedSuccessfully)
        {
            throw await connection.Lost;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await LeaveAsync(connection, ours, stopping.IsCancellationRequested);
            throw;
        }
    }

    private static async Task LeaveAsync(BrokerConnection connection, OwnedTopic? ours, bool stops)
    {
        try
        {
            if (ours is null) await connection.CloseAsync(connection.Gone);
            else await ours.SayGoodbyeAsync(stops);
        }
        catch (Exception e) when (e is BrokerException or OperationCanceledException)
        {
            // The broker is away or slow; our will says the same as we would.
        }
    }
}
