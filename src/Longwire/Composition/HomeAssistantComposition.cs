using System.Threading.Channels;
using Longwire.HomeAssistant;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.HomeAssistant.Ownership;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>Puts together what tells Home Assistant: what lives as long as the program, as its options, and as one connection.</summary>
internal static class HomeAssistantComposition
{
    /// <param name="version">Longwire's own version, as Home Assistant shows it.</param>
    /// <param name="dataFolder">
    /// Where <c>mqtt.json</c> remembers which retained topics are ours, so that they can be cleared one day.
    /// </param>
    public static HomeAssistantService Service(
        MqttSettings settings,
        IBrokerSource brokers,
        StateFeed feed,
        ICommandSink commands,
        IBridgeControl bridge,
        IBridgeProblems problems,
        string version,
        string dataFolder,
        TimeProvider time,
        Random random,
        ILogger<HomeAssistantService> logger)
    {
#pragma warning disable CA2000 // The service disposes it.
        var log = new TransitionLog(logger, time);
#pragma warning restore CA2000
        var published = new PublishedTopics(dataFolder, log);
        string nonce = OwnInstance.NewNonce(random);
        ChannelReader<RadioEvent> events = feed.SubscribeToEvents();
        var connector = new BrokerConnector(new KnownBrokers(time, log), time);
        return new HomeAssistantService(settings, new BrokerLoop(brokers, feed, SessionOf, time, random, log), log);

        BrokerSession SessionOf(MqttSettings options, BridgeSnapshot first)
        {
            var topics = new Topics(options.BaseTopic, options.DiscoveryPrefix);
            var self = new OwnInstance(first.InstanceId, nonce, version);
            var refused = new RefusedMessages(problems, time, log);
            // Another broker or base topic may take what this one did not.
            refused.Connected(null);
            var access = new ReadAccess(self.Nonce, new ReadReport(topics, problems, log).Say);
            var due = new RadioEvents(events, time);
            var connections = new OwnConnections(topics, self, connector, refused);
            return new BrokerSession(
                new OldBaseTopics(topics, self, published, new TopicRemoval(published, connector, refused, time, log)),
                connections,
                new TopicClaims(topics, self, access, time),
                new StandBy(topics, connections, time),
                new OwnerReport(topics, self, problems, log),
                () => new IncomingMessages(topics, access),
                (connection, inbox) =>
                {
                    var publisher = new SnapshotPublisher(connection, topics, self, due, published, time, log);
                    return new OwnedTopic(
                        publisher,
                        new PublishingLoop(publisher, feed, due, inbox, time, log),
                        new CommandSubscription(connection, topics, self, access, feed, time),
                        new CommandReader(inbox, topics, feed, commands, bridge, log),
                        new TopicDefence(connection, inbox, topics, self, feed, time, log),
                        new Goodbye(connection, inbox, topics, self, feed, time));
                });
        }
    }
}
