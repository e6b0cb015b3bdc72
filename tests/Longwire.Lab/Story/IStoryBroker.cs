using Longwire.Testing.Brokers;

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

    public Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Restarted, or cut off for a moment if it is not ours to restart: away until <see cref="ComeBackAsync"/>.</summary>
    public Task GoAwayAsync();

    public Task ComeBackAsync(CancellationToken cancellationToken);

    /// <summary>Watches again, should the broker have been restarted by somebody else meanwhile.</summary>
    public Task WatchAgainAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Leaves nothing behind, whatever has happened: nobody publishes through <see cref="Port"/> any more, and what was retained is taken
    /// away.
    /// </summary>
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

    public Task StartAsync(CancellationToken cancellationToken) => broker.StartAsync();

    public Task GoAwayAsync() => broker.StopAsync();

    public Task ComeBackAsync(CancellationToken cancellationToken) => broker.StartAsync();

    public Task WatchAgainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CleanAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
