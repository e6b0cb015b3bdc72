using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.HomeAssistant.Ownership;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>What one set of options does with a broker that can be reached: claims the base topic, then owns it or stands by.</summary>
/// <param name="stopping">Longwire stops, and does not only leave this broker.</param>
internal sealed class BrokerSession(
    Topics topics,
    OwnInstance self,
    StateFeed feed,
    ICommandSink commands,
    IBridgeControl bridge,
    IBridgeProblems problems,
    BrokerLog news,
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

    private readonly ReadAccess _access = new(self.Nonce, new ReadReport(topics, problems, logger).Say);
    private bool _incumbent;

    /// <summary>Whose standby we are, and whether it may still come back.</summary>
    private Instance? _standingByFor;
    private Instance? _mayComeBack;

    /// <summary>Returns when it is time to claim the topic again.</summary>
    /// <exception cref="BrokerException">The broker is gone or does not want us.</exception>
    public async Task RunAsync(BrokerAddress broker, CancellationToken cancellationToken)
    {
        var old = new OldBaseTopics(published, connector, refused, time, logger);
        await old.ClearAsync(broker, self, topics.Base, cancellationToken);
        var inbox = new IncomingMessages(topics, _access);
        Instance owner = await OwnAsync(broker, inbox, cancellationToken);
        ReportOwner(owner);
        var standBy = new StandBy(inbox, topics, connector, time);
        bool left = await standBy.WaitAsync(broker, self.StandByClientId, () => news.Connected(broker), cancellationToken);
        _mayComeBack = left ? null : owner;
    }

    /// <summary>No copy of ours, whose client id differs: the broker gives one id to two (mosquitto's use_username_as_clientid).</summary>
    public void ReportDuel() => problems.Report(
        ProblemSource,
        "The broker takes another program for this one and ends our connection whenever that one connects. "
        + "If it makes the user name the client id, give Longwire a user of its own.");

    /// <returns>The instance that holds the topic.</returns>
    private async Task<Instance> OwnAsync(BrokerAddress broker, IncomingMessages inbox, CancellationToken cancellationToken)
    {
        await using BrokerConnection connection =
            await connector.OpenAsync(broker, self.ClientId, topics.BridgeState, inbox, refused, cancellationToken);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, connection.Gone);
        TopicPublisher? ours = null;
        _access.Begin();
        try
        {
            var claim = new TopicClaim(connection, inbox, topics, self, _incumbent, _access, time);
            Instance? owner = await claim.TryAsync(_mayComeBack, session.Token);
            if (owner is null)
            {
                ReportOwner(null);
                _incumbent = true;
                ours = new TopicPublisher(connection, inbox, topics, self, _access, feed, events, published, version, time, logger);
                var reader = new CommandReader(inbox, topics, feed, commands, bridge, logger);
                owner = await ours.RunAsync(reader, () => news.Connected(broker), session.Token);
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

    private async Task LeaveAsync(BrokerConnection connection, TopicPublisher? ours)
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

    private void ReportOwner(Instance? owner)
    {
        ILogger log = logger.About("base topic", topics.Base);
        if (owner?.Id == _standingByFor?.Id)
        {
            // Also ends the report of a duel, which nobody else takes back.
            if (owner is null) problems.Report(ProblemSource, null);
        }
        else if (owner is null)
        {
            MqttLog.TakenOver(log, topics.Base);
            problems.Report(ProblemSource, null);
        }
        else
        {
            string who = self.IsCopiedTo(owner) ? "with this one's identity" : $"({Printable.Of(owner.Id, 40)})";
            string remedy = self.IsCopiedTo(owner)
                ? "If the data folder was copied, empty it on one of the two, and give that one a base_topic of its own."
                : "Give one of the two a base_topic of its own.";
            string problem = $"Another Longwire {who} publishes under the base topic \"{topics.Base}\", "
                + $"so Home Assistant is told nothing of the radios here. They are attached all the same. {remedy}";
            MqttLog.Problem(log, problem);
            problems.Report(ProblemSource, problem);
        }
        _standingByFor = owner;
    }
}
