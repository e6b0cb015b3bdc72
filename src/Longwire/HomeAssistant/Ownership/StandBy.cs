using System.Text;
using Longwire.HomeAssistant.Broker;
using Longwire.Platform;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Waits for the owner of the base topic to leave.</summary>
internal sealed class StandBy(Topics topics, OwnConnections connections, TimeProvider time)
{
    /// <param name="inbox">What came while we asked for the topic counts as well.</param>
    /// <param name="ready">Called when it would be heard leaving.</param>
    /// <returns>True: it said goodbye, or its will did. False: nothing was heard of that, but it is time to ask again.</returns>
    public async Task<bool> WaitAsync(
        BrokerAddress broker, IncomingMessages inbox, Action ready, CancellationToken cancellationToken)
    {
        await using BrokerConnection connection = await connections.OpenToWaitAsync(broker, inbox, cancellationToken);
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
