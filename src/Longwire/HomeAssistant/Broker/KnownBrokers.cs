using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// How each broker wants to be spoken to, as long as this process lives. Only what was accepted is remembered: a broker that is still
/// starting closes the connection as one does that is too old.
/// </summary>
internal sealed class KnownBrokers(TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, int Port), (Dialect Dialect, long Since)> _known = [];

    /// <summary>With what to begin.</summary>
    public Dialect Of(BrokerAddress broker)
    {
        lock (_gate)
        {
            bool fresh = _known.TryGetValue((broker.Host, broker.Port), out (Dialect Dialect, long Since) known)
                && time.GetElapsedTime(known.Since) < BrokerTimers.FullDialectAgainAfter;
            return fresh ? known.Dialect : Dialect.Full;
        }
    }

    public void Accepted(BrokerAddress broker, Dialect dialect)
    {
        Dialect before;
        lock (_gate)
        {
            // Not known: expected to be like all others.
            before = _known.TryGetValue((broker.Host, broker.Port), out (Dialect Dialect, long Since) known) ? known.Dialect : Dialect.Full;
            // The hour goes on while it is spoken to as it was: or a broker that is connected to now and then would never be asked again.
            bool fresh = dialect == before && time.GetElapsedTime(known.Since) < BrokerTimers.FullDialectAgainAfter;
            if (!fresh) _known[(broker.Host, broker.Port)] = (dialect, time.GetTimestamp());
        }
        if (dialect.IsOld == before.IsOld) return;
        if (dialect.IsOld) MqttLog.SpeaksOldMqtt(logger, broker.Host, broker.Port);
        else MqttLog.SpeaksNewMqtt(logger, broker.Host, broker.Port);
    }
}
