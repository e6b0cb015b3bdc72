using System.Text.Json;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// What a backup of one machine does on another: its key, who it is for the broker, and the path that everything else in the house opens.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed class NewMachineTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task A_backup_restored_on_a_new_machine_goes_on_as_the_old_one_and_the_Pi_has_nobody_to_pair()
    {
        LabStick stick = await BringUpAsync(PiSide.Link);
        string identity = InstanceId();
        string[] discovered = Discovered();
        Assert.Equal(0, await Home.Host.StopAttachAsync());
        string backup = await BackupAsync();
        string options = Home.Options([Home.Attic]);
        // For good: what it was is on the new one now.
        await Home.Host.PowerOffAsync();

        await Home.StartAsync(Home.Neighbour);
        await RestoreAsync(Home.Neighbour, backup);
        int from = Watch.Count;
        await Home.Neighbour.StartAttachAsync(options);
        await UntilSaidConnectedAsync(from);
        await CarriesDataAsync(stick, ZWavePath, host: Home.Neighbour);
        Assert.Equal(identity, InstanceId());
        Assert.Equal(discovered, Discovered());
        using var hosts = JsonDocument.Parse(await Home.Attic.RunAsync("longwire pair --list --json"));
        Assert.Equal(1, hosts.RootElement.GetProperty("enrolled").GetArrayLength());
    }

    [Fact(Explicit = true)]
    public async Task An_old_machine_that_is_switched_on_again_beside_the_new_one_is_named_and_the_radio_goes_to_and_fro_once_at_most()
    {
        LabStick stick = await BringUpAsync(PiSide.Link);
        string backup = await BackupAsync();
        await Home.StartAsync(Home.Neighbour);
        await RestoreAsync(Home.Neighbour, backup);
        int from = Watch.Count;
        GuestProcess copy = await Home.Neighbour.StartAttachAsync(Home.Options([Home.Attic]));
        await copy.WaitForLineAsync($"({ZWave}) is attached", Patience, cancellationToken: Cancelled);
        // The one that was started last has it, for good, and the other one says why.
        await Home.Host.Attach!.WaitForLineAsync("with this one's key has it now", Patience, cancellationToken: Cancelled);
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        await CarriesDataAsync(stick, ZWavePath, host: Home.Neighbour);
        Assert.Single(Watch.Messages.Skip(from), message => message.Topic == $"longwire/radio/{ZWave}/event"
            && message.Payload.Contains("\"lost\"", StringComparison.Ordinal));
        Assert.Empty(await Home.Host.VhciPortsInUseAsync());
    }

    private static async Task RestoreAsync(Guest to, string backup) =>
        await to.RunAsync($"mkdir -p /data && base64 -d <<'END' | tar -x -C /data\n{backup}\nEND");

    // Without what config.yaml leaves out of backups.
    private Task<string> BackupAsync() => Home.Host.RunAsync(
        "cd /data && tar -c $(find longwire -type f ! -name 'history.bin*') | base64");

    private string InstanceId()
    {
        using var info = JsonDocument.Parse(Watch.Latest("longwire/bridge/info")!);
        return info.RootElement.GetProperty("instance_id").GetString()!;
    }

    private string[] Discovered() =>
        [.. Watch.Messages.Select(message => message.Topic).Where(topic => topic.StartsWith("homeassistant/", StringComparison.Ordinal))
            .Distinct().Order(StringComparer.Ordinal)];

    private Task<Message> UntilSaidConnectedAsync(int from) => Watch.WaitForAsync(
        message => message.Topic == $"longwire/radio/{ZWave}/state"
            && message.Payload.Contains("\"connected\":true", StringComparison.Ordinal),
        Patience, "the radio is connected again", from, Cancelled);
}
