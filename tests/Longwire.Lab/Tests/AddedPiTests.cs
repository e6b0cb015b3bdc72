using System.Text.Json;
using Longwire.Lab.Containers;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Longwire.Testing.Supervisor;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// A second Pi, added on the add-on's page: what the browser sends goes the Supervisor's way, and a stand-in with its documented answers
/// keeps the options.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed class AddedPiTests(Home home) : AddOnTest(home)
{
    private static readonly string s_page = $"http://{Container.Address}:8099";

    [Fact]
    public async Task A_Pi_that_is_added_on_the_page_by_its_code_serves_at_once_and_takes_nothing_from_the_radio_that_is_there()
    {
        await using var supervisor = new StandInSupervisor();
        supervisor.Listen();
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Cellar, Home.Host), Home.Broker.StartAsync());
        await Task.WhenAll(Home.Attic.PlugAsync(StickModel.ZWave), Home.Cellar.PlugAsync(StickModel.Zigbee));
        await Task.WhenAll(
            ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave), ExportAsync(Home.Cellar, PiSide.Link, StickModel.Zigbee));
        Container addOn = await StartSupervisedAddOnAsync(supervisor);
        await UntilConnectedAsync(StickModel.ZWave);
        await UntilToldAsync(ZWave);
        int from = Watch.Count;

        string code = Home.Cellar.PairingCode!;
        using var state = JsonDocument.Parse(await Home.Host.RunAsync($"wget -q -O - {s_page}/api/state"));
        string asked = JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["options"] = state.RootElement.GetProperty("options").GetString(), ["name"] = "cellar", ["pairing_code"] = code,
        });
        string said = await PostAsync("api/pis", asked);

        Assert.Contains("Added to the options: the Pi cellar.", said, StringComparison.Ordinal);
        await UntilConnectedAsync(StickModel.Zigbee);
        using var kept = JsonDocument.Parse(supervisor.Options);
        Assert.Equal(
            ["attic", "cellar"], kept.RootElement.GetProperty("pis").EnumerateArray().Select(pi => pi.GetProperty("name").GetString()));
        Assert.Equal(code, kept.RootElement.GetProperty("pis")[1].GetProperty("pairing_code").GetString());
        Assert.DoesNotContain(Watch.Messages.Skip(from), message => message.Topic == $"longwire/radio/{ZWave}/event");
        await addOn.Process.WaitForLineAsync("Ada", Patience, cancellationToken: Cancelled);

        await TheChecksFindNothingWrongAsync();
        Assert.DoesNotContain(addOn.Process.Lines, line => line.Text.Contains(code, StringComparison.Ordinal));
        Assert.Empty(Denied());
    }

    // What they look at is what the profile has to allow; what it denied them is asked for at the test's end.
    private async Task TheChecksFindNothingWrongAsync()
    {
        await PostAsync("api/doctor", "");
        await Home.Host.WaitForAsync($"wget -q -O - {s_page}/api/doctor | grep -q '\"at\":\"'", Patience, "the checks have run");
        DoctorFindings findings = DoctorFindings.Parse(await Home.Host.RunAsync($"wget -q -O - {s_page}/api/doctor"));
        findings.AssertNothingWrong();
        findings.AssertOk("module_usbip");
        findings.AssertOk("sysfs_writable");
        findings.AssertOk("pi_reachable", times: 2);
    }

    private Task<string> PostAsync(string path, string body) => Home.Host.RunAsync(
        "wget -q -O - --header 'Content-Type: application/json' --header 'X-Longwire: page' --header 'Sec-Fetch-Site: same-origin' "
            + $"--header 'X-Remote-User-Display-Name: Ada' --post-data '{body}' {s_page}/{path}");
}
