using System.Text;
using Longwire.HomeAssistant.Broker;
using Longwire.Platform;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Waits for the owner of the base topic to leave. Without a will: it must not declare dead the one that lives.</summary>
internal sealed class StandBy(IncomingMessages inbox, Topics topics, BrokerConnector connector, TimeProvider time)
{
    /// <param name="ready">Called when it would be heard leaving.</param>
    /// <returns>True: it said goodbye, or its will did. False: nothing was heard of that, but it is time to ask again.</returns>
    public async Task<bool> WaitAsync(BrokerAddress broker, string clientId, Action ready, CancellationToken cancellationToken)
    {
        await using BrokerConnection connection =
            await connector.OpenAsync(broker, clientId, willTopic: null, inbox, refused: null, cancellationToken);
        using var again = new Deadline(BrokerTimers.ClaimAgainEvery, time, cancellationToken);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(again.Token, connection.Gone);
        bool left = false;
        try
        {
            await connection.SubscribeAsync([topics.BridgeState], withRetained: false, retainAsPublished: false, session.Token);
            ready();
            while (!left)
            {
                IncomingMessage message = await inbox.Bridge.ReadAsync(session.Token);
                left = message.Topic == topics.BridgeState
                    && !message.Retained
                    && Encoding.UTF8.GetString(message.Payload) != Topics.Online;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            if (connection.Lost.IsCompletedSuccessfully) throw await connection.Lost;
        }
        await connection.CloseAsync(cancellationToken);
        return left;
    }
}
