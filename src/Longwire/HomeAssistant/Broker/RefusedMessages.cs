using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// What the broker does not take of us, told as one problem of the bridge, while everything else goes on being published and read. A
/// topic is tried again when its content changes, on the next connection, and after <see cref="BrokerTimers.RefusedAgainAfter"/>. One
/// that costs us the connection is left out longer, whatever it says: each try takes every radio offline for a moment.
/// </summary>
internal sealed class RefusedMessages(IBridgeProblems problems, TimeProvider time, ILogger logger)
{
    private const string ProblemSource = "mqtt messages";

    // A list that grew with each radio would be published with each radio.
    private const int MostNamed = 3;

    // A connection that breaks while a message is under way may break for any reason; three in a row at the same one are no chance.
    private const int EndsThatMeanSomething = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topic, bool Reading), Entry> _refused = [];
    private readonly HashSet<MessageRefusal> _said = [];
    private string? _noRetain;
    private string? _noQoS;
    private bool _reported;
    private string? _problem;
    private string? _suspect;
    private int _ends;

    /// <summary>A new connection: what is refused for itself alone may be tried again.</summary>
    /// <param name="limits">What its broker can do; null if there is none yet.</param>
    public void Connected(BrokerLimits? limits)
    {
        lock (_gate)
        {
            // What is said seldom, or never again, would be a problem for ever. What is still refused is said again soon.
            foreach ((string Topic, bool Reading) key in _refused.Where(one => !one.Value.Costly).Select(one => one.Key).ToList())
            {
                _refused.Remove(key);
            }
            ILogger log = logger.About("broker", "limits");
            string? noRetain = limits is null ? null : RefusalText.OfRetain(limits);
            string? noQoS = limits is null ? null : RefusalText.OfQoS(limits);
            if (noRetain is not null && noRetain != _noRetain) MqttLog.BrokerCannot(log, noRetain);
            if (noQoS is not null && noQoS != _noQoS) MqttLog.BrokerCannotAcknowledge(log, noQoS);
            (_noRetain, _noQoS) = (noRetain, noQoS);
            Report();
        }
    }

    /// <summary>Whether it is not worth asking the broker for this message now.</summary>
    public bool Holds(string topic, ReadOnlyMemory<byte> payload)
    {
        lock (_gate)
        {
            return _refused.TryGetValue((topic, false), out Entry? entry)
                && !entry.Again
                && time.GetElapsedTime(entry.Since) < (entry.Costly ? BrokerTimers.CostlyAgainAfter : BrokerTimers.RefusedAgainAfter)
                && (entry.Costly || entry.Payload.Span.SequenceEqual(payload.Span));
        }
    }

    public bool IsRefused(string topic)
    {
        lock (_gate) return _refused.ContainsKey((topic, false));
    }

    /// <param name="detail">What is true of this topic alone, for behind its name.</param>
    public void Refused(string topic, ReadOnlyMemory<byte> payload, MessageRefusal why, string detail = "")
    {
        lock (_gate) Note(topic, payload, why, detail, costly: false);
    }

    public void Taken(string topic, bool reading)
    {
        lock (_gate)
        {
            if (topic == _suspect) _suspect = null;
            if (!_refused.Remove((topic, reading))) return;
            if (_refused.Count == 0)
            {
                _said.Clear();
                ILogger log = logger.About("broker", "messages");
                MqttLog.MessagesTaken(log);
            }
            Report();
        }
    }

    /// <summary>The connection ended while this message was under way.</summary>
    /// <returns>True if it is because of this message, as far as anybody can tell.</returns>
    public bool IsBlamed(string topic, ReadOnlyMemory<byte> payload, BrokerException end)
    {
        lock (_gate)
        {
            bool said = end.Code is { } code && ReasonText.Of(code).ByMessage;
            // Any other end that has a reason, or is a silence, is the broker's affair.
            if (!said && (end.Failure != BrokerFailure.Dropped || end.Code is not null)) return false;
            _ends = topic == _suspect ? _ends + 1 : 1;
            _suspect = topic;
            if (!said && _ends < EndsThatMeanSomething) return false;
            Note(topic, payload, RefusalText.OfCostly(end), detail: "", costly: true);
            return true;
        }
    }

    private void Note(string topic, ReadOnlyMemory<byte> payload, MessageRefusal why, string detail, bool costly)
    {
        bool same = _refused.TryGetValue((topic, why.Reading), out Entry? before) && before.Why == why;
        // The detail as it was at first: sizes change with each message, and each change of a problem is a message itself.
        _refused[(topic, why.Reading)] = new Entry(payload, why, same ? before!.Detail : detail, costly, time.GetTimestamp());
        ILogger log = logger.About("broker", why.What);
        if (_said.Add(why)) MqttLog.MessageRefused(log, Sentence(why, [Named(topic, detail)], more: false));
        Report();
    }

    private void Report()
    {
        List<string> sentences = _noRetain is null ? [] : [_noRetain];
        foreach (MessageRefusal why in _refused.Values.Select(entry => entry.Why).Distinct())
        {
            IEnumerable<KeyValuePair<(string Topic, bool Reading), Entry>> same = _refused.Where(entry => entry.Value.Why == why);
            List<string> topics = [.. same.Select(entry => Named(entry.Key.Topic, entry.Value.Detail))];
            sentences.Add(Sentence(why, [.. topics.Take(MostNamed)], topics.Count > MostNamed));
        }
        string? problem = sentences.Count == 0 ? null : string.Join(' ', sentences);
        // The first time whatever it is: an earlier run, with other options, may have left one.
        if (_reported && problem == _problem) return;
        (_reported, _problem) = (true, problem);
        problems.Report(ProblemSource, problem);
    }

    private static string Named(string topic, string detail) => detail.Length == 0 ? topic : $"{topic} ({detail})";

    private static string Sentence(MessageRefusal why, string[] topics, bool more) =>
        RefusalText.Sentence($"{string.Join(", ", topics)}{(more ? " and others" : "")}", plural: topics.Length > 1, why);

    /// <param name="Since">By the clock of <see cref="TimeProvider.GetTimestamp"/>.</param>
    private sealed record Entry(ReadOnlyMemory<byte> Payload, MessageRefusal Why, string Detail, bool Costly, long Since)
    {
        /// <summary>Whatever it says, it may be tried again.</summary>
        public bool Again { get; set; }
    }
}
