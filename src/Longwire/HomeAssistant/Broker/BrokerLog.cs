using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Broker;

/// <summary>Says each turn of our relation with the broker once, however often it is tried in between.</summary>
internal sealed class BrokerLog(ILogger logger)
{
    private const string Broker = "broker";

    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private bool _connected;

    public void None(string why)
    {
        ILogger log = logger.About(Broker, why);
        if (_said.Add(why)) MqttLog.NoBroker(log, why);
    }

    public void Connected(BrokerAddress broker)
    {
        ILogger log = Of(broker);
        if (!_connected) MqttLog.Connected(log, broker.Host, broker.Port);
        _connected = true;
        _said.Clear();
    }

    public void Failed(BrokerAddress broker, BrokerException e)
    {
        ILogger log = Of(broker);
        bool isNew = _said.Add(e.Message);
        if (_connected) MqttLog.Lost(log, broker.Host, broker.Port, e.Message);
        // A broker that starts is away in several ways, in turn: each is said once.
        else if (isNew) MqttLog.NotConnected(log, e.Message);
        _connected = false;
    }

    // A broker whose network comes and goes would fill the log with pairs.
    private ILogger Of(BrokerAddress broker) => logger.About(Broker, $"{broker.Host}:{broker.Port}");
}
