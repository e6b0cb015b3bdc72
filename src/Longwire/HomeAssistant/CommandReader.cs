using System.Diagnostics.CodeAnalysis;
using System.Text;
using Longwire.HomeAssistant.Broker;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>
/// Hands a person's commands to the reconciler, and those to Longwire itself to who carries them out. On a task of its own: a reconciler
/// that is busy must not hold up the states.
/// </summary>
internal sealed class CommandReader(
    IncomingMessages inbox, Topics topics, StateFeed feed, ICommandSink sink, IBridgeControl bridge, ILogger logger)
{
    /// <summary>What a button of Home Assistant's sends.</summary>
    public const string Press = "PRESS";

    private const string On = "ON";
    private const string Off = "OFF";

    // Anybody may write to these topics: what was complained of already is remembered, but not without end.
    private const int MostComplaints = 64;
    private const int LongestShown = 40;

    private readonly HashSet<string> _complaints = new(StringComparer.Ordinal);
    private bool _droppedSaid;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (IncomingMessage message in inbox.Commands.ReadAllAsync(cancellationToken))
        {
            if (inbox.TakeCommandsDropped() && !_droppedSaid)
            {
                _droppedSaid = true;
                MqttLog.CommandsDropped(logger);
            }
            if (message.Retained)
            {
                // It would be obeyed again at every connect, and by whoever a bridge between brokers hands it on to. (Empty, it takes one
                // away.)
                bool isNews = message.Payload.Length > 0 && Complain(message.Topic);
                if (isNews) MqttLog.RetainedCommand(logger, Printable.Of(message.Topic, LongestShown * 2));
                continue;
            }
            string payload = Encoding.UTF8.GetString(message.Payload);
            if (BridgeCommands.TryParse(topics, message.Topic, payload, out BridgeCommand? ofBridge, out string expected))
            {
                if (IsGood(ofBridge, message, expected)) bridge.Handle(ofBridge);
            }
            else if (topics.TryParseSilence(message.Topic, out string pi))
            {
                if (ParseSilence(message, payload, pi) is { } silence) await sink.SendAsync(silence, cancellationToken);
            }
            else if (Parse(message, payload) is { } command) await sink.SendAsync(command, cancellationToken);
        }
    }

    private PiCommand.Silence? ParseSilence(IncomingMessage message, string payload, string pi)
    {
        if (!feed.Current.Pis.Any(known => known.Id == pi))
        {
            if (Complain(message.Topic))
                MqttLog.UnknownPi(logger, Printable.Of(message.Topic, LongestShown * 2), Printable.Of(pi, LongestShown));
            return null;
        }
        PiCommand.Silence? command = payload is On or Off ? new PiCommand.Silence(pi, payload == On) : null;
        return IsGood(command, message, $"{On} or {Off}") ? command : null;
    }

    private RadioCommand? Parse(IncomingMessage message, string payload)
    {
        if (!topics.TryParseCommand(message.Topic, out string radio, out RadioTopic asked)) return null;
        if (!feed.Current.Radios.Any(known => known.Id == radio))
        {
            if (Complain(message.Topic))
            {
                MqttLog.UnknownRadio(logger, Printable.Of(message.Topic, LongestShown * 2), Printable.Of(radio, LongestShown));
            }
            return null;
        }
        RadioCommand? command = (asked, payload) switch
        {
            (RadioTopic.Reattach, Press) => new RadioCommand.Reattach(radio),
            (RadioTopic.TakeOver, Press) => new RadioCommand.TakeOver(radio),
            (RadioTopic.Attach, On) => new RadioCommand.SetWanted(radio, true),
            (RadioTopic.Attach, Off) => new RadioCommand.SetWanted(radio, false),
            _ => null,
        };
        return IsGood(command, message, asked == RadioTopic.Attach ? $"{On} or {Off}" : Press) ? command : null;
    }

    private bool IsGood([NotNullWhen(true)] object? command, IncomingMessage message, string expected)
    {
        if (command is not null)
        {
            _complaints.Remove(message.Topic);
        }
        else if (Complain(message.Topic))
        {
            ILogger log = logger.About("commands", message.Topic);
            MqttLog.UnknownPayload(log, message.Topic, Printable.Of(message.Payload, LongestShown), expected);
        }
        return command is not null;
    }

    private bool Complain(string topic) => _complaints.Count < MostComplaints && _complaints.Add(topic);
}
