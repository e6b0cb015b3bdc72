using System.Text;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// What the broker lets us read. Rules that let us write and not read are silent: mosquitto grants the subscription all the same and
/// never delivers. So we wait for what we said ourselves to come back (no-local stays off for that), and on the command topics, where
/// nobody speaks unless a person presses something, for a probe. Kept over connections: a persisting state is said once.
/// </summary>
/// <remarks>
/// What cannot be noticed: Home Assistant's birth topic, which is never ours to write, unless the broker refuses the subscription; a
/// command topic that we may not write either, or none at all in MQTT 3.1.1, where a broker does not say so; rules that tell the radios
/// apart, beyond the one that is probed; the bridge's own two command topics (restart, log level) and <em>Take over</em>, which few press,
/// for they are not probed. What the broker refuses outright is <see cref="RefusedMessages"/>' to tell.
/// </remarks>
/// <param name="nonce">Of our process: our probe is known by it.</param>
/// <param name="changed">
/// Gets the filters that cannot be read, none if all can: when that is clear for the first time, and when it changes. Must not wait.
/// </param>
internal sealed class ReadAccess(string nonce, Action<IReadOnlyCollection<string>> changed)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missed = new(StringComparer.Ordinal);
    private string[]? _reported;
    private bool _probeUnderWay;

    /// <summary>A word that is no command, so that nobody obeys it.</summary>
    private byte[] Probe { get; } = Encoding.UTF8.GetBytes($"probe {nonce}");

    public bool IsProbe(ReadOnlySpan<byte> payload) => payload.SequenceEqual(Probe);

    /// <summary>A new connection: what was heard on the last one proves nothing for it.</summary>
    public void Begin()
    {
        lock (_gate) _heard.Clear();
    }

    /// <summary>Whether it is clear by now that it can, or cannot, be read.</summary>
    public bool IsKnown(string filter)
    {
        lock (_gate) return _heard.Contains(filter) || _missed.Contains(filter) || _refused.Contains(filter);
    }

    public bool IsHeard(string filter)
    {
        lock (_gate) return _heard.Contains(filter);
    }

    /// <param name="refused">Those of <paramref name="filters"/> that the broker does not grant.</param>
    public void Subscribed(IReadOnlyCollection<string> filters, IReadOnlyCollection<string> refused)
    {
        lock (_gate)
        {
            _refused.ExceptWith(filters);
            _refused.UnionWith(refused);
        }
    }

    /// <summary>Something came by it, from whomever.</summary>
    public void Heard(string filter)
    {
        lock (_gate)
        {
            _heard.Add(filter);
            _missed.Remove(filter);
        }
    }

    /// <summary>Everything is subscribed, and what was said there on this connection had time to come back. Tells what changed.</summary>
    public void Judge(IEnumerable<string> filters)
    {
        lock (_gate)
        {
            // Of what is not expected now, nothing is known.
            _missed.Clear();
            _missed.UnionWith(filters.Where(filter => !_heard.Contains(filter)));
            string[] unread = [.. _missed.Except(_refused).Order(StringComparer.Ordinal)];
            if (_reported is not null && unread.AsSpan().SequenceEqual(_reported)) return;
            _reported = unread;
            // Inside the lock, so that the last that is told is the last that was true.
            changed(unread);
        }
    }

    /// <summary>Says a probe on command topics; those that the broker took from us are added to <paramref name="expected"/>.</summary>
    /// <param name="topics">Each filter with a topic that it covers.</param>
    public async Task ProbeAsync(
        BrokerConnection connection,
        IEnumerable<(string Filter, string Topic)> topics,
        ICollection<string> expected,
        CancellationToken cancellationToken)
    {
        // Some brokers end the connection of who writes where it may not: once is enough to find that out.
        if (_probeUnderWay) return;
        _probeUnderWay = true;
        try
        {
            foreach ((string filter, string topic) in topics)
            {
                // Where we may not write we need not, either.
                if (await connection.ProbeAsync(topic, Probe, cancellationToken) && !expected.Contains(filter)) expected.Add(filter);
            }
        }
        finally
        {
            bool thrownOut = connection.Lost.IsCompletedSuccessfully
                && (await connection.Lost).Failure is BrokerFailure.Dropped or BrokerFailure.Refused;
            if (!thrownOut) _probeUnderWay = false;
        }
    }
}
