using Longwire.Health;
using Longwire.Timing;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>What one set of options does with a broker that can be reached: claims the base topic, then owns it or stands by.</summary>
/// <param name="stopping">Longwire stops, and does not only leave this broker.</param>
internal sealed class BrokerSession(
    Topics topics,
    string instanceId,
    StateFeed feed,
    ICommandSink commands,
    IBridgeControl bridge,
    IBridgeProblems problems,
    BrokerNews news,
    PublishedTopics published,
    BrokerConnector connector,
    RefusedMessages refused,
    RadioEvents events,
    string version,
    TimeProvider time,
    ILogger logger,
    CancellationToken stopping)
{
    private const string ProblemSource = "mqtt";

    private readonly string _clientId = $"longwire-{instanceId}";
    private bool _incumbent;

    /// <summary>Whose standby we are, and whether it may still come back.</summary>
    private string? _standingByFor;
    private string? _mayComeBack;

    /// <summary>Returns when it is time to claim the topic again.</summary>
    /// <exception cref="BrokerException">The broker is gone or does not want us.</exception>
    public async Task RunAsync(BrokerAddress broker, CancellationToken cancellationToken)
    {
        var old = new OldBaseTopics(published, connector, refused, time, logger);
        await old.ClearAsync(broker, _clientId, instanceId, topics.Base, cancellationToken);
        var inbox = new Inbox(topics);
        string owner = await OwnAsync(broker, inbox, cancellationToken);
        ReportOwner(owner);
        news.Connected(broker);
        bool left = await new StandBy(inbox, topics, connector, time).WaitAsync(broker, _clientId, cancellationToken);
        _mayComeBack = left ? null : owner;
    }

    /// <summary>Our own data folder was copied to another machine, and the two throw each other out.</summary>
    public void ReportDuel() => problems.Report(
        ProblemSource,
        $"Another Longwire connects to the broker with the same identity ({instanceId}), so neither stays. If the data folder was copied, empty it on one of the two.");

    /// <returns>The instance that holds the topic.</returns>
    private async Task<string> OwnAsync(BrokerAddress broker, Inbox inbox, CancellationToken cancellationToken)
    {
        await using BrokerConnection connection =
            await connector.OpenAsync(broker, _clientId, topics.BridgeState, inbox, refused, cancellationToken);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Gone);
        TopicOwner? ours = null;
        try
        {
            var claim = new TopicClaim(connection, inbox, topics, new ClaimMessage(instanceId, _incumbent), time);
            string? owner = await claim.TryAsync(_mayComeBack, session.Token);
            if (owner is null)
            {
                ReportOwner(null);
                _incumbent = true;
                ours = new TopicOwner(connection, inbox, topics, feed, events, published, version, time, logger);
                owner = await ours.RunAsync(new CommandReader(inbox, topics, feed, commands, bridge, logger), () => news.Connected(broker), session.Token);
            }
            // Politely, so that the broker drops our will: the owner lives.
            _incumbent = false;
            await connection.CloseAsync(session.Token);
            return owner;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && connection.Lost.IsCompletedSuccessfully)
        {
            throw await connection.Lost;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await LeaveAsync(connection, ours);
            throw;
        }
    }

    private async Task LeaveAsync(BrokerConnection connection, TopicOwner? ours)
    {
        using var deadline = new Deadline(BrokerTimers.Goodbye, time, connection.Gone);
        try
        {
            if (ours is null) await connection.CloseAsync(deadline.Token);
            else await ours.SayGoodbyeAsync(stopping.IsCancellationRequested);
        }
        catch (Exception e) when (e is BrokerException or OperationCanceledException)
        {
            // The broker is away or slow; our will says the same as we would.
        }
    }

    private void ReportOwner(string? owner)
    {
        if (owner == _standingByFor)
        {
            // Also ends the report of a duel, which nobody else takes back.
            if (owner is null) problems.Report(ProblemSource, null);
            return;
        }
        if (owner is null)
        {
            Log.TakenOver(logger, topics.Base);
            problems.Report(ProblemSource, null);
        }
        else
        {
            string problem = $"Another Longwire ({Printable.Of(owner, 40)}) publishes under the base topic \"{topics.Base}\", so Home Assistant is told nothing of the radios here. They are attached all the same. Give one of the two a base_topic of its own.";
            Log.StandingBy(logger, problem);
            problems.Report(ProblemSource, problem);
        }
        _standingByFor = owner;
    }
}
