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
    private const string App = "core_zwave_js";

    [Fact]
    public async Task A_silenced_Pi_goes_and_comes_back_without_a_Problem_or_a_restart_and_both_come_once_it_is_silenced_no_more()
    {
        await using var supervisor = new StandInSupervisor();
        supervisor.Listen();
        StandInApp app = supervisor.Add(App);
        bool silenced = false, wasDisturbed = false;
        app.Starting = () =>
        {
            wasDisturbed |= silenced;
            return Task.CompletedTask;
        };
        Container addOn = await BringUpAsync(supervisor);
        await ItSaysHowItIsAsync();

        int from = Watch.Count;
        await SilenceAsync(silenced = true);
        await Home.Attic.StopAsync(inOrder: false);
        await UntilStatusAsync(ZWave, "pi_unreachable");
        app.State = "error";
        Assert.DoesNotContain(Watch.Messages.Skip(from), IsProblem);
        await SilenceAsync(silenced = false);
        await Watch.WaitForAsync(IsProblem, Patience, "a Problem", from, Cancelled);

        await SilenceAsync(silenced = true);
        from = Watch.Count;
        await Home.Attic.ComeBackAsync(Cancelled);
        await UntilConnectedAsync(ZWave);
        Assert.DoesNotContain(Watch.Messages.Skip(from), IsProblem);
        // From the moment that it is asked for on, all may be told again.
        silenced = false;
        await SilenceAsync(false);
        await addOn.Process.WaitForLineAsync($"{App} runs again", Patience, cancellationToken: Cancelled);
        Assert.Equal((1, false), (app.Restarts, wasDisturbed));
        Assert.Empty(Denied());
    }

    private async Task<Container> BringUpAsync(StandInSupervisor supervisor)
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Link, stick.Model);
        Container addOn = await StartSupervisedAddOnAsync(
            supervisor,
            radios: [new Dictionary<string, object> { ["match"] = stick.Model.UsbId, ["restart_apps"] = new[] { "zwave_js" } }],
            // So that the radio is lost, as it is in any work that takes its time.
            holdSeconds: 5);
        await UntilConnectedAsync(stick.Model);
        await Home.Host.WaitForAsync(
            "grep -q '\"running\": true' /data/consumers.json", Patience, "the app was seen running");
        return addOn;
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
