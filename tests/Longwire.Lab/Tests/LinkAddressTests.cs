using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>A paired Pi is found again, wherever it is.</summary>
[Collection(SecondHouse.Name)]
public sealed class LinkAddressTests(Home home) : HoldingTest(home)
{
    private const string Name = "attic.lan", Second = "10.77.0.13", Third = "10.77.0.14";

    [Fact]
    public async Task A_Pi_whose_address_changes_in_an_outage_or_whose_name_nobody_knows_any_more_has_its_radio_back()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        // Nobody answers there: a name that is not in the file is looked up in vain, for as long as the resolver has patience.
        await Home.Host.RunAsync(
            "touch /etc/hosts /etc/resolv.conf; cp /etc/hosts /etc/resolv.conf /run/lab/; echo nameserver 10.77.0.99 >/etc/resolv.conf");
        await KnowAsync($"{Home.Attic.Address}");
        await ExportAsync(Home.Attic, PiSide.Link);
        await Home.Host.StartAttachAsync(
            Home.Options([Home.Attic], Holding).Replace($"address: {Home.Attic.Address}", $"address: {Name}", StringComparison.Ordinal));
        await UntilConnectedAsync(ZWave);
        using GuestStream tty = await Home.Host.OpenAsync(ZWavePath);
        await ExchangeAsync(stick, tty, "before");
        int from = Watch.Count;
        TimeSpan start = Home.Host.Now;
        try
        {
            // Else the kernel takes away all addresses of a network with the first of them.
            await Home.Attic.RunAsync($"echo 1 >/proc/sys/net/ipv4/conf/eth0/promote_secondaries; ip addr add {Second}/24 dev eth0");

            // Its name leads elsewhere.
            await OutageAsync(async () =>
            {
                await KnowAsync(Third);
                await Home.Attic.RunAsync($"ip addr add {Third}/24 dev eth0 && ip addr del {Home.Attic.Address}/24 dev eth0");
            });
            await ExchangeAsync(stick, tty, "moved");

            // Its name leads nowhere, and it is where it was.
            await OutageAsync(() => KnowAsync(null));
            await ExchangeAsync(stick, tty, "no name");

            // Its name leads nowhere, and it is where nobody reached it yet; but that it is there too, it has said.
            await OutageAsync(() => Home.Attic.RunAsync($"ip addr del {Third}/24 dev eth0"));
            await ExchangeAsync(stick, tty, "pushed");
            StayedAttached(stick.Model, from, start);
        }
        finally
        {
            await Home.Attic.RunAsync($"ip addr flush dev eth0 && ip addr add {Home.Attic.Address}/24 dev eth0");
            await Home.Host.RunAsync("cat /run/lab/hosts >/etc/hosts; cat /run/lab/resolv.conf >/etc/resolv.conf");
        }
    }

    private Task<string> KnowAsync(string? address) =>
        Home.Host.RunAsync($"{{ cat /run/lab/hosts; {(address is null ? "" : $"echo {address} {Name};")} }} >/etc/hosts");

    private async Task OutageAsync(Func<Task> meanwhile)
    {
        int from = Watch.Count;
        Home.Attic.Cable.Cut();
        await UntilEventAsync(ZWave, "held", from);
        await meanwhile();
        Home.Attic.Cable.Mend();
        await UntilEventAsync(ZWave, "resumed", from);
    }
}
