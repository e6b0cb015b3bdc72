using System.Globalization;
using Longwire.Lab.Brokers;
using Longwire.Lab.Machines;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The end that comes between giving the kernel a connection and having its serial port.</summary>
[Collection(FirstHouse.Name)]
public sealed class KilledMidAttachTests(Home home) : RadioTest(home)
{
    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    public async Task Killed_in_the_middle_of_an_attach_it_leaks_no_port_and_attaches_again(PiSide side)
    {
        await BringUpAsync(side);
        int port = Assert.Single(await Home.Host.VhciPortsInUseAsync()).Number;
        foreach (bool enumerated in new[] { false, true })
        {
            Task<string> killing = KillAsync(port, enumerated);
            await Watch.PublishAsync($"longwire/radio/{ZWave}/reattach/set", "PRESS");
            Assert.Equal(enumerated ? "006" : "005", await killing);
            Assert.Equal(137, await Home.Host.Attach!.Exited);

            int from = Watch.Count;
            TimeSpan started = Home.Host.Now;
            await Home.Host.StartAttachAsync();
            Message attached = await UntilEventAsync(ZWave, "attached", from);
            TimeSpan took = Home.Host.ClockAt(attached.Timestamp) - started;
            Say($"killed {(enumerated ? "before its driver" : "before the kernel knew it")}: attached {took} after the start");
            Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            VhciPort again = Assert.Single(await Home.Host.VhciPortsInUseAsync());
            Assert.Equal((port, 6), (again.Number, again.State));
        }
    }

    /// <summary>Kills the program while the port is at 005, or lets the kernel alone go on to 006 first; fails if the tty was there before that.</summary>
    /// <returns>The state of the port at which it was killed.</returns>
    private async Task<string> KillAsync(int port, bool enumerated) => (await Home.Host.RunAsync(string.Create(CultureInfo.InvariantCulture, $$"""
        for table in /sys/devices/platform/vhci_hcd.0/status*; do grep -q '^hs *{{port:0000}} ' "$table" && break; done
        look() { while read -r _ number state _; do [ "$number" != {{port:0000}} ] || return 0; done <"$table"; }
        until look; [ "$state" = 005 ]; do :; done
        if {{(enumerated ? "true" : "false")}}; then
          kill -STOP {{Home.Host.Attach!.Pid}}
          until look; [ "$state" = 006 ]; do :; done
        fi
        kill -KILL {{Home.Host.Attach!.Pid}}
        if ls /dev/ttyACM* >/dev/null 2>&1; then echo too late; exit 1; fi
        echo "$state"
        """))).Trim();
}
