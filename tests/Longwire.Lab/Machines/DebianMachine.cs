using System.Net;
using System.Text;
using Longwire.Lab.Network;
using Longwire.Lab.Sticks;
using Longwire.Testing;

namespace Longwire.Lab.Machines;

/// <summary>
/// A virtual machine with the whole of Debian (amd64): systemd, dpkg and udev as a person has them who installs our package, with the USB
/// ports of a Pi, and ports of vhci as a host has them. It forgets what is installed when it is switched off.
/// </summary>
public sealed class DebianMachine : Guest
{
    private int _made;

    internal DebianMachine(string name, IPAddress address, string mac, Cable cable, string folder, TimeProvider time)
        : base(
            new Machine(name, "amd64", "debian", address, mac, MemoryMiB: 512)
            {
                RootDisk = LabFolders.DebianDisk,
                Shares = { ["packages"] = LabFolders.Packages },
            },
            cable, folder, time)
    {
    }

    /// <summary>Everything that systemd and its units say from <see cref="FollowJournalAsync"/> on.</summary>
    public GuestProcess Journal { get; private set; } = null!;

    /// <summary>Keeps what the journal says from now on: for the test, and for whoever reads of its failure.</summary>
    public async Task FollowJournalAsync() =>
        Journal = await StartProcessAsync("/usr/bin/journalctl --follow --lines=0 --output=short-monotonic --no-hostname");

    /// <summary>
    /// What root types into a shell of Debian's own. The shells of <see cref="Guest.RunAsync"/> are busybox', which has a dpkg of its own.
    /// </summary>
    /// <returns>What was shown.</returns>
    public async Task<string> TypeAsync(string commands)
    {
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(commands + "\n"));
        return await RunAsync(
            $"echo {encoded} | base64 -d >/run/lab/typed; env -i HOME=/root TERM=dumb "
                + "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/bash -e /run/lab/typed",
            Deadlines.Boot);
    }

    /// <summary>As an editor saves a file that is there.</summary>
    public async Task EditAsync(string path, string text) =>
        await RunAsync($"echo {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))} | base64 -d >{path}");

    /// <summary>Plugs a new stick into a USB port and waits until the kernel has read it.</summary>
    public async Task<LabStick> PlugAsync(StickModel model, int port = 0)
    {
        LabStick stick = await GadgetStick.MakeAsync(this, $"s{++_made}", model);
        await stick.PlugAsync(port);
        return stick;
    }

    /// <summary>The process that a running service consists of.</summary>
    public Task<string> MainProcessAsync(string service) => RunAsync($"systemctl show --property MainPID --value {service}");
}
