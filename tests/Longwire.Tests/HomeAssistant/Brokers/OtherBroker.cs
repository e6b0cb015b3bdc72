using System.Net;
using System.Net.Sockets;
using Longwire.Testing;
using Longwire.Tests.AddOn;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>
/// One of the other brokers, running: chrooted into its root file system, with processes and mounts of its own that all end with it, and it
/// with us. What it writes goes to a folder that is removed.
/// </summary>
internal sealed class OtherBroker(BrokerRecipe recipe) : IAsyncDisposable
{
    // For Erlang on a machine that is busy with other work.
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);

    private const string Launch = """
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --bind "$2" "$1/mnt" &&
        exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/mnt LANG=C.UTF-8 /bin/sh /mnt/start
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-broker-").FullName;
    private readonly BrokerPorts _ports = new(Mosquitto.FreePort(), Mosquitto.FreePort(), Mosquitto.FreePort());
    private LeashedProcess? _process;

    public BrokerRecipe Recipe => recipe;

    public int Port => _ports.Mqtt;

    /// <summary>What it has said since its last start.</summary>
    public string Said => _process?.Said ?? "";

    /// <summary>As after its installation: it remembers nothing of an earlier start.</summary>
    public async Task StartAsync()
    {
        string tree = Checkout.PathOf($"artifacts/brokers/{recipe.Tree}");
        if (!Directory.Exists(tree)) throw new InvalidOperationException($"{tree} is missing: script/test --long makes it.");
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
        foreach ((string name, string content) in recipe.Files(_ports))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, name), content + "\n");
        }
        LeashedProcess process = await LeashedProcess.StartAsync(
            "unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--", "/bin/sh", "-c", Launch, "launch", tree, _folder);
        _process = process;
        await Eventually.IsTrueAsync(
            async () =>
            {
                if (process.HasExited) throw new InvalidOperationException($"{recipe.Name} ended at once:\n{Said}");
                return await ListensAsync();
            },
            () => $"{recipe.Name} listens on {Port}; it said:\n{Said}",
            StartDeadline);
    }

    /// <summary>Without a goodbye, with all that belongs to it.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        await _process.DisposeAsync();
        _process = null;
        // The kernel ends what is left in its process namespace before the port is free.
        await Eventually.IsTrueAsync(async () => !await ListensAsync(), () => $"{recipe.Name} listens no more on {Port}");
    }

    /// <summary>The client of somebody else, who speaks what this broker speaks.</summary>
    public Task<Observer> ObserveAsync() => Observer.ConnectAsync(Port, options => options.WithProtocolVersion(recipe.Speaks));

    /// <summary>
    /// What a newcomer finds under a topic; null if nothing. It asks for the topic by its name: RabbitMQ hands out nothing retained for a
    /// wildcard.
    /// </summary>
    public async Task<string?> RetainedAsync(string topic)
    {
        string fence = $"fence/{Guid.NewGuid():N}";
        var fenced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        string? found = null;
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += args =>
        {
            if (args.ApplicationMessage.Topic == fence) fenced.TrySetResult();
            else if (args.ApplicationMessage.Retain) found = args.ApplicationMessage.ConvertPayloadToString();
            return Task.CompletedTask;
        };
        await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", Port).WithProtocolVersion(recipe.Speaks).Build());
        await client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce);
        await client.SubscribeAsync(fence, MqttQualityOfServiceLevel.AtLeastOnce);
        await client.PublishStringAsync(fence, "", MqttQualityOfServiceLevel.AtLeastOnce);
        await fenced.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await client.DisconnectAsync();
        return string.IsNullOrEmpty(found) ? null : found;
    }

    public async ValueTask DisposeAsync()
    {
        // Shown if the test has failed.
        TestContext.Current.TestOutputHelper?.WriteLine($"{recipe.Name} said last:\n{string.Join('\n', Said.Split('\n').TakeLast(60))}");
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> ListensAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
