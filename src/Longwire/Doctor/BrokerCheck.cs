using System.Globalization;
using Longwire.HomeAssistant.Broker;
using Longwire.Options;
using Longwire.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwire.Doctor;

/// <summary>Whether the MQTT broker is there and lets us in. Nothing is said there.</summary>
internal sealed class BrokerCheck : ICheck
{
    public Question Question { get; } = new("broker", "A connection was made to the MQTT broker, with the user name and password of the "
        + "options.");

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        AttachOptions options = context.Attach!;
        if (await context.Brokers.FindAsync(options.Mqtt, cancellationToken) is not { } broker)
        {
            return
            [
                Question.Note(
                    context.Brokers.WhyNone,
                    "Without a broker radios are attached all the same, but Home Assistant shows nothing of them. Set mqtt.host in the "
                        + "options"),
            ];
        }
        try
        {
            // Of our kind, so that whoever lets in client ids by their name lets in this one.
            string clientId = string.Create(CultureInfo.InvariantCulture, $"longwire-doctor-{Random.Shared.NextInt64():x16}");
            var connector = new BrokerConnector(new KnownBrokers(context.Time, NullLogger.Instance), context.Time);
            await using BrokerConnection connection = await connector.OpenAsync(
                broker, clientId, willTopic: null, new IncomingMessages(new Topics(options.BaseTopic, options.DiscoveryPrefix)),
                refused: null, cancellationToken);
            await connection.CloseAsync(cancellationToken);
            return [Question.Ok($"The broker at {broker.Host}:{broker.Port} lets Longwire in.")];
        }
        catch (BrokerException e)
        {
            return
            [
                Question.Problem(
                    Clause.Capital(e.Message),
                    "See that the broker runs, and that mqtt in the options (host, port, tls, user name and password) is what it wants; "
                        + "its log says more"),
            ];
        }
    }
}
