using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>The host's program ends without a chance to tidy up, and is started again.</summary>
[Collection(FirstHouse.Name)]
public sealed class KilledTests(Home home) : RadioTest(home)
{
    [Theory]
    [InlineData(PiSide.Longwire)]
    [InlineData(PiSide.Stock)]
    public async Task Killed_while_attached_or_in_the_middle_of_an_attach_it_leaks_no_port_and_attaches_again(PiSide side)
    {
        await BringUpAsync(side);
        int port = Assert.Single(await Home.Host.VhciPortsInUseAsync()).Number;

        await Home.Host.Attach!.KillAsync();
        port = await AttachesAgainAsync(port, "while attached");

        // The connection is the kernel's, and the kernel has not met the stick yet: nothing but the port tells what was attached.
        Assert.Equal("005", await KillInTheMiddleAsync(port, enumerated: false));
        port = await AttachesAgainAsync(port, "at 005");

        // The kernel knows the stick, and nobody has let a driver near it yet.
        Assert.Equal("006", await KillInTheMiddleAsync(port, enumerated: true));
        await AttachesAgainAsync(port, "at 006 and without a tty");
    }

    private static string StillBusy(int port) => string.Create(CultureInfo.InvariantCulture, $"vhci port {port}, where ");

    /// <returns>The port that it has now.</returns>
    private async Task<int> AttachesAgainAsync(int port, string killed)
    {
        int from = Watch.Count;
        TimeSpan started = Home.Host.Now;
        await Home.Host.StartAttachAsync();
        Message attached = await UntilEventAsync(ZWave, "attached", from);
        TimeSpan took = Home.Host.ClockAt(attached.Timestamp) - started;
        Say($"killed {killed}: attached {took} after the start");
        await KeepsPromiseAsync(took, TimeSpan.FromSeconds(10), Home.Host);
        GuestVhciPort again = Assert.Single(await Home.Host.VhciPortsInUseAsync());
        Assert.Equal(6, again.State);
        // A kernel that is slow to free the last port, as after a death in the middle of an enumeration, is not waited for without end:
        // then another port is right, and the log says so.
        bool notFreeYet = Home.Host.Attach!.Lines.Any(line => line.Text.Contains(StillBusy(port), StringComparison.Ordinal));
        if (!notFreeYet) Assert.Equal(port, again.Number);
        return again.Number;
    }

    /// <summary>
    /// Has the radio attached anew and kills the program while the port is at 005; or stops it there, lets the kernel go on to 006 by
    /// itself, and kills it then. Fails if the tty came before that.
    /// </summary>
    /// <returns>The port's state when the program was killed.</returns>
    private async Task<string> KillInTheMiddleAsync(int port, bool enumerated)
    {
        // Nothing but what the shell does itself: 005 lasts for a third of a second.
        Task<string> killing = Home.Host.RunAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            for table in /sys/devices/platform/vhci_hcd.0/status*; do grep -q '^hs *{{port:0000}} ' "$table" && break; done
            look() { while read -r _ number state _; do [ "$number" != {{port:0000}} ] || return 0; done <"$table"; }
            until look; [ "$state" = 005 ]; do :; done
            if {{(enumerated ? "true" : "false")}}; then
              kill -STOP {{Home.Host.Attach!.Pid}}
              until look; [ "$state" = 006 ]; do :; done
            fi
            kill -KILL {{Home.Host.Attach!.Pid}}
            if ls /dev/ttyACM* >/dev/null 2>&1; then echo "too late: the tty is there"; exit 1; fi
            echo "$state"
            """));
        await Watch.PublishAsync($"longwire/radio/{ZWave}/reattach/set", "PRESS");
        string state = await killing;
        await Home.Host.Attach!.Exited;
        return state;
    }
}
