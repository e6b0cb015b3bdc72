using System.Text;
using Longwire.Health;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>Hands a person's commands to the reconciler. On a task of its own: a reconciler that is busy must not hold up the states.</summary>
internal sealed class CommandReader(Inbox inbox, Topics topics, StateFeed feed, ICommandSink sink, ILogger logger)
{
    private const string On = "ON";
    private const string Off = "OFF";
    private const string Press = "PRESS";

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
                Log.CommandsDropped(logger);
            }
            if (Parse(message) is { } command) await sink.SendAsync(command, cancellationToken);
        }
    }

    private RadioCommand? Parse(IncomingMessage message)
    {
        if (!topics.TryParseCommand(message.Topic, out string radio, out bool reattach)) return null;
        if (!feed.Current.Radios.Any(known => known.Id == radio))
        {
            if (Complain(message.Topic)) Log.UnknownRadio(logger, Printable.Of(message.Topic, LongestShown * 2), Printable.Of(radio, LongestShown));
            return null;
        }
        if (message.Retained)
        {
            // It would be obeyed again at every connect, and by whoever a bridge between brokers hands it on to.
            if (Complain(message.Topic)) Log.RetainedCommand(logger, Printable.Of(message.Topic, LongestShown * 2));
            return null;
        }
        RadioCommand? command = (reattach, Encoding.UTF8.GetString(message.Payload)) switch
        {
            (true, Press) => new RadioCommand.Reattach(radio),
            (false, On) => new RadioCommand.SetWanted(radio, true),
            (false, Off) => new RadioCommand.SetWanted(radio, false),
            _ => null,
        };
        if (command is not null)
        {
            _complaints.Remove(message.Topic);
        }
        else if (Complain(message.Topic))
        {
            Log.UnknownPayload(logger, message.Topic, Printable.Of(message.Payload, LongestShown), reattach ? Press : $"{On} or {Off}");
        }
        return command;
    }

    private bool Complain(string topic) => _complaints.Count < MostComplaints && _complaints.Add(topic);
}
