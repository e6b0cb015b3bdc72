using Longwire.Lab.Brokers;
using Longwire.Lab.Network;

namespace Longwire.Lab.Story;

/// <summary>The broker of the story: one of our own, or the one that a person's Home Assistant uses.</summary>
internal interface IStoryBroker : IAsyncDisposable
{
    /// <summary>The port on the test machine's loopback that leads to it.</summary>
    public int Port { get; }

    public string? UserName { get; }

    public string? Password { get; }

    public Watch Watch { get; }

    /// <summary>What the step with the broker does, in words.</summary>
    public string Trouble { get; }

    public Task StartAsync();

    /// <summary>Goes away and comes back: restarted, or cut off for a moment if it is not ours to restart.</summary>
    public Task GoAwayAndComeBackAsync();

    /// <summary>Leaves nothing behind.</summary>
    public Task CleanAsync();
}

/// <summary>A mosquitto of our own, without persistence.</summary>
internal sealed class OwnBroker(Broker broker) : IStoryBroker
{
    public int Port => broker.Port;

    public string? UserName => null;

    public string? Password => null;

    public Watch Watch => broker.Watch;

    public string Trouble => "The broker is restarted and has forgotten everything";

    public Task StartAsync() => broker.StartAsync();

    public Task GoAwayAndComeBackAsync() => broker.RestartAsync();

    public Task CleanAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A broker that runs already. Only our way to it is ours to cut.</summary>
internal sealed class RunningBroker(BrokerAddress address, TimeProvider time) : IStoryBroker
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(3);

    private Relay? _relay;

    public int Port { get; private set; }

    public string? UserName => address.UserName;

    public string? Password => address.Password;

    public Watch Watch { get; } = new(time);

    public string Trouble => $"The way to the broker is cut for {Away.TotalSeconds:0} s";

    public async Task StartAsync()
    {
        _relay = new Relay(address.Host, address.Port);
        Port = _relay.Port;
        await Watch.FollowAsync(address.Host, address.Port, address.UserName, address.Password, tls: false, "longwire/#", "homeassistant/device/+/config");
    }

    public async Task GoAwayAndComeBackAsync()
    {
        await _relay!.DisposeAsync();
        await Task.Delay(Away, time);
        _relay = new Relay(address.Host, address.Port, Port);
    }

    public Task CleanAsync() => Watch.ForgetAsync("longwire");

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null) await _relay.DisposeAsync();
        await Watch.DisposeAsync();
    }
}
