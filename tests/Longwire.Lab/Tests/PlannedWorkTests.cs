using System.Globalization;
using Longwire.Lab.Containers;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What a paired Pi says of itself, and that nobody is disturbed while somebody works on it.</summary>
[Collection(SecondHouse.Name)]
public sealed class PlannedWorkTests(Home home) : AddOnTest(home)
{
    private const string Attic = "longwire_pi_attic";
    private const string ZWaveJs = "core_zwave_js";
    private const string Zigbee = "45df7312_zigbee2mqtt";

    [Fact]
    public async Task A_silenced_Pi_goes_and_comes_back_without_a_Problem_or_a_restart_and_both_come_once_it_is_silenced_no_more()
    {
        await using var supervisor = new StandInSupervisor();
        supervisor.Listen();
        (StandInApp zwave, StandInApp zigbee) = (supervisor.Add(ZWaveJs), supervisor.Add(Zigbee));
        (LabStick other, Container addOn) = await BringUpAsync(supervisor);
        await ItSaysHowItIsAsync();

        int from = Watch.Count;
        await SilenceAsync(true);
        await Home.Attic.StopAsync(inOrder: false);
        await UntilStatusAsync(ZWave, "pi_unreachable");
        zwave.State = "error";
        Assert.DoesNotContain(Watch.Messages.Skip(from), IsProblem);
        await SilenceAsync(false);
        await Watch.WaitForAsync(IsProblem, Patience, "a Problem", from, Cancelled);

        await SilenceAsync(true);
        from = Watch.Count;
        await Home.Attic.ComeBackAsync(Cancelled);
        await UntilConnectedAsync(ZWave);
        Assert.DoesNotContain(Watch.Messages.Skip(from), IsProblem);
        await ItsAppIsRestartedAsync(other, zigbee, addOn);
        Assert.Equal(0, zwave.Restarts);
        await SilenceAsync(false);
        await addOn.Process.WaitForLineAsync($"{ZWaveJs} runs again", Patience, cancellationToken: Cancelled);
        Assert.Equal(1, zwave.Restarts);
        Assert.Empty(Denied());
    }

    private async Task<(LabStick Other, Container AddOn)> BringUpAsync(StandInSupervisor supervisor)
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Cellar, Home.Host), Home.Broker.StartAsync());
        Task<LabStick> plugged = Home.Cellar.PlugAsync(StickModel.Zigbee);
        await Task.WhenAll(Home.Attic.PlugAsync(StickModel.ZWave), plugged);
        await Task.WhenAll(
            ExportAsync(Home.Attic, PiSide.Link, StickModel.ZWave), ExportAsync(Home.Cellar, PiSide.Longwire, StickModel.Zigbee));
        Container addOn = await StartSupervisedAddOnAsync(
            supervisor,
            radios: [Rule(StickModel.ZWave, "zwave_js"), Rule(StickModel.Zigbee, "zigbee2mqtt")],
            // So that a radio is lost, as it is in any work that takes its time.
            holdSeconds: 5,
            others: Home.Cellar);
        await Task.WhenAll(UntilConnectedAsync(StickModel.ZWave), UntilConnectedAsync(StickModel.Zigbee));
        await Home.Host.WaitForAsync(
            "[ \"$(grep -c '\"running\": true' /data/consumers.json)\" = 2 ]", Patience, "both apps were seen running");
        return (await plugged, addOn);
    }

    private static Dictionary<string, object> Rule(StickModel model, string app) =>
        new() { ["match"] = model.UsbId, ["restart_apps"] = new[] { app } };

    // On the other Pi nobody works: as long as this takes, the app of the silenced one would have been restarted, too.
    private async Task ItsAppIsRestartedAsync(LabStick stick, StandInApp app, Container addOn)
    {
        int from = Watch.Count;
        await stick.PullAsync();
        await UntilEventAsync(IdOf(stick.Model), "lost", from);
        app.State = "error";
        await stick.PlugAsync();
        await addOn.Process.WaitForLineAsync($"{Zigbee} runs again", Patience, cancellationToken: Cancelled);
    }

    // The lab's machines have no thermal zone, no power sensor and no Wi-Fi: there is nothing of these then.
    private async Task ItSaysHowItIsAsync()
    {
        await Watch.WaitUntilAsync(
            house => double.TryParse(house.State(Attic, "load"), CultureInfo.InvariantCulture, out _)
                && DateTimeOffset.TryParse(house.State(Attic, "up_since"), CultureInfo.InvariantCulture, out _),
            Patience, "the Pi says its load, and since when it is up", Cancelled);
        Entities house = Watch.Entities();
        TimeSpan up = TimeProvider.System.GetUtcNow()
            - DateTimeOffset.Parse(house.State(Attic, "up_since"), CultureInfo.InvariantCulture);
        Assert.InRange(up, Home.Attic.Now - TimeSpan.FromMinutes(1), Home.Attic.Now + TimeSpan.FromMinutes(1));
        foreach (string key in new[] { "temperature", "under_voltage", "wifi_signal" }) Assert.Equal("absent", house.State(Attic, key));
    }

    private async Task SilenceAsync(bool on)
    {
        await Watch.PublishAsync("longwire/pi/attic/silence/set", on ? "ON" : "OFF");
        await Watch.WaitUntilAsync(
            house => house.State(Attic, "silence") == (on ? "on" : "off"), Patience, $"silence is {(on ? "on" : "off")}", Cancelled);
    }

    private static bool IsProblem(Message message) => message.Topic is $"longwire/radio/{ZWave}/state" or "longwire/bridge/info"
        && message.Payload.Contains("\"problem\":true", StringComparison.Ordinal);
}
