using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant;

/// <summary>Says each turn of our relation with the broker once, however often it is tried in between.</summary>
internal sealed class BrokerNews(ILogger logger)
{
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private bool _connected;

    public void None(string why)
    {
        if (_said.Add(why)) Log.NoBroker(logger, why);
    }

    public void Connected(BrokerAddress broker)
    {
        if (!_connected) Log.Connected(logger, broker.Host, broker.Port);
        _connected = true;
        _said.Clear();
    }

    public void Failed(BrokerAddress broker, BrokerException e)
    {
        bool isNew = _said.Add(e.Message);
        if (_connected) Log.Lost(logger, broker.Host, broker.Port, e.Message);
        // A broker that starts is away in several ways, in turn: each is said once.
        else if (isNew) Log.NotConnected(logger, e.Message);
        _connected = false;
    }
}
