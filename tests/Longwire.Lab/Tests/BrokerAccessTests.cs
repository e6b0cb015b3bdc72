using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>A broker that does not let everybody in.</summary>
[Collection(FirstHouse.Name)]
public sealed class BrokerAccessTests(Home home) : RadioTest(home)
{
    [Fact]
    public async Task A_broker_with_the_house_s_own_TLS_and_a_password_is_told_all_once_both_are_right_and_no_radio_waits_for_that()
    {
        await Task.WhenAll(
            Home.StartAsync(Home.Attic, Home.Host),
            Home.Broker.StartAsync(new BrokerSetup(UserName: "longwire", Password: "r1ght-secret", Tls: true)));
        await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, StickModel.ZWave);
        await Home.Host.WriteFileAsync("/data/house.pem", Home.Broker.Authority);

        GuestProcess attach = await Home.Host.StartAttachAsync(Options("r1ght-secret", ca: null));
        await attach.WaitForLineAsync(
            "signed by no authority that this machine trusts: give the authority's file as mqtt.ca",
            Patience,
            cancellationToken: Cancelled);
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
        await Home.Host.WriteOptionsAsync(Options("wr0ng-secret", ca: "/data/house.pem"));
        await attach.WaitForLineAsync("refuses user \"longwire\": bad user name or password", Patience, cancellationToken: Cancelled);
        Assert.Empty(Watch.Messages);

        await Home.Host.WriteOptionsAsync(Options("r1ght-secret", ca: "/data/house.pem"));
        await UntilConnectedAsync(ZWave);
        Assert.Equal("0", Watch.Entities().State(DeviceId(ZWave), "disconnects"));
        Assert.DoesNotContain(attach.Lines, line => line.Text.Contains("-secret", StringComparison.Ordinal));
    }

    private string Options(string password, string? ca) =>
        Home.Options([Home.Attic], mqtt: $", username: longwire, password: {password}, tls: true{(ca is null ? "" : $", ca: {ca}")}");
}
