using System.Globalization;
using Longwire.Lab.Network;
using Longwire.Testing;
using Longwire.Testing.Brokers;

namespace Longwire.Lab.Story;

/// <summary>
/// A broker that runs already. Only our way to it is ours to cut; what lies there is other people's but for what bears our base topic.
/// </summary>
internal sealed class RunningBroker(BrokerAddress address, TimeProvider time, TextWriter output) : IStoryBroker
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(500);

    // Held for as long as a listener takes to open or close: a step that was given up must not open the way again behind the cleaning.
    private readonly SemaphoreSlim _way = new(1);
    private TcpRelay? _relay;
    private bool _over;

    public int Port { get; private set; }

    public string? UserName => address.UserName;

    public string? Password => address.Password;

    public Watch Watch { get; } = new(time, DemoTopics.IsOurs);

    public string Trouble => $"The way to the broker is cut for {Away.TotalSeconds:0} s";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await SayTakenAsync(await Cleaning.RunAsync(address, time, cancellationToken), "of an earlier demo");
        await FollowAsync();
        await OpenAsync();
        Port = _relay!.Port;
    }

    public Task GoAwayAsync() => CutAsync(forGood: false);

    public async Task ComeBackAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Away, time, cancellationToken);
        await OpenAsync();
    }

    public async Task WatchAgainAsync(CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (!Watch.IsConnected)
        {
            try
            {
                await Watch.LetGoAsync();
                await FollowAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException && time.GetElapsedTime(start) < Deadlines.Patience)
            {
                // It is being restarted.
                await Task.Delay(BetweenAttempts, time, cancellationToken);
            }
        }
    }

    public async Task CleanAsync()
    {
        await CutAsync(forGood: true);
        await SayTakenAsync(await Cleaning.RunAsync(address, time), "of this demo");
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync(forGood: true);
        await Watch.DisposeAsync();
        _way.Dispose();
    }

    private Task FollowAsync() =>
        Watch.FollowAsync(address.Host, address.Port, address.UserName, address.Password, tls: false, DemoTopics.Filters);

    private async Task OpenAsync()
    {
        await _way.WaitAsync();
        try
        {
            if (!_over) _relay = new TcpRelay(address.Host, address.Port, Port);
        }
        finally
        {
            _way.Release();
        }
    }

    private async Task CutAsync(bool forGood)
    {
        await _way.WaitAsync();
        try
        {
            _over |= forGood;
            if (_relay is not null) await _relay.DisposeAsync();
            _relay = null;
        }
        finally
        {
            _way.Release();
        }
    }

    private async Task SayTakenAsync(IReadOnlyCollection<string> taken, string whose)
    {
        if (taken.Count == 0) return;
        string count = taken.Count.ToString(CultureInfo.InvariantCulture);
        await output.WriteLineAsync($"           {count} retained messages {whose} were taken away from the broker");
    }
}
