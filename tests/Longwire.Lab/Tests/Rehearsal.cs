using Longwire.Lab.Story;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Longwire.Lab.Tests;

/// <summary>How a rehearsal ends.</summary>
public enum Ending
{
    InGoodOrder,
    StoppedInTheMiddle,

    /// <summary>In the step in which the broker is away, which would open the way to it again.</summary>
    StoppedWhileTheWayIsCut,
    FailedStep,
    FailedEnd,
    BrokerRestartedDuringHold,
}

/// <summary>
/// The story without its machines: somebody who publishes as the demo's Longwire does, connects again whenever it can, repeats everything
/// often, and does not go before it is thrown out.
/// </summary>
internal sealed class Rehearsal(IStoryBroker broker, Ending ending) : IStory, IAsyncDisposable
{
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private Task _publishing = Task.CompletedTask;
    private Task _comingBack = Task.CompletedTask;

    public int Steps => 0;

    public string Step => "it is rehearsed";

    /// <summary>Everything was published once.</summary>
    public Task Told => _told.Task;

    /// <summary>For a step that waits to fail.</summary>
    public void GoOn() => _goOn.TrySetResult();

    public async Task TellAsync(CancellationToken stopped)
    {
        _publishing = PublishAsync(_stop.Token);
        await Told.WaitAsync(stopped);
        switch (ending)
        {
            case Ending.StoppedInTheMiddle:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopped);
                break;
            case Ending.StoppedWhileTheWayIsCut:
                await broker.GoAwayAsync();
                // As a step that goes on after it was given up.
                _comingBack = broker.ComeBackAsync(CancellationToken.None);
                await _comingBack.WaitAsync(stopped);
                break;
            case Ending.FailedStep:
                await _goOn.Task;
                throw new InvalidOperationException("It failed.");
            case Ending.InGoodOrder or Ending.FailedEnd:
                await _goOn.Task;
                break;
            case Ending.BrokerRestartedDuringHold:
                break;
            default:
                throw new InvalidOperationException($"{ending}");
        }
    }

    public Task EndAsync()
    {
        if (ending == Ending.FailedEnd) throw new InvalidOperationException("It failed at the end.");
        if (!broker.Watch.IsConnected) throw new InvalidOperationException("Nobody watches the broker.");
        return Task.CompletedTask;
    }

    public Task<string> DescribeAsync() => Task.FromResult("");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
        await _comingBack;
        _stop.Dispose();
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using IMqttClient client = new MqttClientFactory().CreateMqttClient();
                await client.ConnectAsync(
                    new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500).WithClientId(DemoTopics.Base)
                        .WithTcpServer("127.0.0.1", broker.Port)
                        .WithWillTopic(DemoTopics.BridgeState).WithWillPayload("offline").WithWillRetain().Build(),
                    cancellationToken);
                while (true)
                {
                    foreach (string topic in DemoTopics.Retained)
                    {
                        await client.PublishAsync(
                            new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(Payload(topic)).WithRetainFlag()
                                .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(),
                            cancellationToken);
                    }
                    _told.TrySetResult();
                    await Task.Delay(BetweenBeats, TimeProvider.System, cancellationToken);
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Thrown out, or the way is cut: at once again, as long as it takes.
                await Task.Delay(BetweenBeats, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private static string Payload(string topic) => topic.Split('/') switch
    {
        [_, "bridge", "state"] => "online",
        [_, "radio", _, "state"] => """{"connected":false}""",
        [_, _, var device, "config"] when device == DemoTopics.Radio => $$$"""
            {"dev":{"ids":"{{{DemoTopics.Radio}}}","name":"Z-Wave"},"o":{"name":"Longwire"},
             "stat_t":"{{{DemoTopics.RadioState}}}",
             "cmps":{"connected":{"p":"binary_sensor","uniq_id":"{{{DemoTopics.Radio}}}_connected","name":"Connected",
                                  "val_tpl":"{{ 'ON' if value_json.connected else 'OFF' }}" } } }
            """,
        _ => "{}",
    };
}
