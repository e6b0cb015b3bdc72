using System.Globalization;
using System.Net;
using Longwire.Lab.Network;
using Longwire.Testing;

namespace Longwire.Lab.Machines;

/// <summary>What a guest is made of.</summary>
/// <param name="Architecture">amd64 or arm64, as Debian calls them.</param>
/// <param name="Role">host, pi or debian: what the guest's first process prepares.</param>
internal sealed record Machine(string Name, string Architecture, string Role, IPAddress Address, string Mac, int MemoryMiB)
{
    /// <summary>
    /// A disk with a root file system, which the guest goes over to. What is written to it is gone when the guest is switched off.
    /// </summary>
    public string? RootDisk { get; init; }

    public MachineKind Kind { get; init; } = MachineKind.Usual;

    /// <summary>The serial number of a USB stick with an FTDI chip that the emulator has; null if it has none.</summary>
    public string? FtdiSerial { get; init; }

    /// <summary>Folders of the test machine that the guest may mount by these names, over 9p and read-only.</summary>
    public Dictionary<string, string> Shares { get; } = [];
}

/// <summary>
/// One run of a guest's emulator, from power on to power off. The guest's memory is gone with it; its disk, which stands for /data,
/// is a file that stays.
/// </summary>
internal sealed class Emulator : IAsyncDisposable
{
    private readonly LeashedProcess _process;

    private Emulator(LeashedProcess process, Addresses addresses, IReadOnlyDictionary<int, IPEndPoint> forwarded)
    {
        _process = process;
        (ShellAddress, FtdiAddress, ControlAddress) = (addresses.Shell, addresses.Ftdi, addresses.Control);
        Forwarded = forwarded;
    }

    /// <summary>Where the guest's shells answer.</summary>
    public IPEndPoint ShellAddress { get; }

    /// <summary>The inside of the stick with an FTDI chip, which is plugged in for as long as this has a connection.</summary>
    public IPEndPoint FtdiAddress { get; }

    /// <summary>Where the emulator itself obeys: see <see cref="EmulatorControl"/>.</summary>
    public IPEndPoint ControlAddress { get; }

    /// <summary>Loopback addresses of the test machine that lead to ports of the guest's second card.</summary>
    public IReadOnlyDictionary<int, IPEndPoint> Forwarded { get; }

    public bool HasExited => _process.HasExited;

    public static async Task<Emulator> StartAsync(Machine machine, Cable cable, string folder, IReadOnlyList<int> forwardedPorts)
    {
        cable.Renew();
        var addresses = new Addresses(FreePort.Tcp(), FreePort.Tcp(), FreePort.Tcp());
        Dictionary<int, IPEndPoint> forwarded = forwardedPorts.ToDictionary(port => port, _ => FreePort.Tcp());
        string image = LabFolders.Image(machine.Architecture, machine.Kind.Kernel);
        string forwards = string.Concat(forwarded.Append(new KeyValuePair<int, IPEndPoint>(GuestPorts.Shell, addresses.Shell))
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $",hostfwd=tcp:{pair.Value}-:{pair.Key}")));
        (string program, string[] board, string console) = machine.Architecture switch
        {
            // The TSC is calibrated at boot against a timer, which goes wrong by minutes when the test machine is busy just then; the HPET
            // says its own frequency.
            // Debian's program needs what every PC since 2009 has, hence Nehalem; rdrand spares the kernel the search for entropy.
            "amd64" => ("qemu-system-x86_64", new[] { "-M", "pc", "-cpu", "Nehalem,+rdrand" }, "ttyS0 tsc=unstable"),
            // With its addresses shuffled the kernel takes the processor for one that Meltdown reads, and changes page tables at every call
            // into it: three times the work for a program's start.
            "arm64" => ("qemu-system-aarch64", new[] { "-M", "virt", "-cpu", "cortex-a53" }, "ttyAMA0 nokaslr"),
            _ => throw new ArgumentOutOfRangeException(nameof(machine), machine.Architecture, null),
        };
        // Nobody attacks a guest. Programs at the same addresses every time are translated once: a third less work for all that a test does
        // in it. And that the kernel's ciphers are right is for Debian to test: half a second of each start.
        string commandLine =
            $"console={console} mitigations=off norandmaps cryptomgr.notests=1 quiet panic=-1 net.ifnames=0 random.trust_cpu=1 "
                + "rdinit=/init "
            + $"lab.name={machine.Name} lab.role={machine.Role} lab.address={machine.Address}/24";
        string[] arguments =
        [
            .. board,
            "-accel", "tcg,thread=multi", "-smp", machine.Kind.Processors.ToString(CultureInfo.InvariantCulture),
            "-m", machine.MemoryMiB.ToString(CultureInfo.InvariantCulture),
            "-nodefaults", "-display", "none", "-no-reboot",
            "-serial", $"file:{Path.Combine(folder, "console")}",
            "-qmp", $"tcp:{addresses.Control},server=on,wait=off",
            "-kernel", Path.Combine(image, "vmlinux"), "-initrd", Path.Combine(image, "initrd"), "-append", commandLine,
            "-netdev", $"dgram,id=lan,local.type=inet,local.host=127.0.0.1,local.port={cable.GuestEnd.Port},"
                + $"remote.type=inet,remote.host=127.0.0.1,remote.port={cable.SwitchEnd.Port}",
            "-device", $"virtio-net-pci,netdev=lan,mac={machine.Mac},romfile=",
            // The guest has no route beyond this network, so 10.0.2.2, the test machine's loopback, is all it can reach.
            "-netdev", $"user,id=control,ipv6=off{forwards}",
            "-device", "virtio-net-pci,netdev=control,romfile=",
            // The test machine does not lose power: what the guest flushed is as safe in the page cache as on a disk.
            "-drive", $"file={Path.Combine(folder, "disk")},if=none,id=data,format=raw,cache=unsafe",
            "-device", "virtio-blk-pci,drive=data",
            .. machine.RootDisk is { } root
                ? ["-drive", $"file={root},if=none,id=root,format=raw,snapshot=on,cache=unsafe", "-device", "virtio-blk-pci,drive=root"]
                : Array.Empty<string>(),
            .. machine.FtdiSerial is { } serial
                ? ["-chardev", $"socket,id=ftdi,host={addresses.Ftdi.Address},port={addresses.Ftdi.Port},server=on,wait=off,nodelay=on",
                    "-device", "pci-ohci,id=ohci", "-device", $"usb-serial,bus=ohci.0,chardev=ftdi,serial={serial}"]
                : Array.Empty<string>(),
            // What was not made is not shared: the demo does without our image, and without building it.
            .. machine.Shares.Where(share => Directory.Exists(share.Value)).SelectMany(share => Share(share.Key, share.Value)),
        ];
        LeashedProcess process = await LeashedProcess.StartAsync(program, arguments);
        return new Emulator(process, addresses, forwarded);
    }

    private static string[] Share(string name, string folder) =>
        [
            "-fsdev", $"local,id={name},path={folder},security_model=none,readonly=on", "-device",
            $"virtio-9p-pci,fsdev={name},mount_tag={name}",
        ];

    /// <summary>What the emulator itself complained of.</summary>
    public string Complaints => _process.Said;

    /// <summary>Waits until the emulator has ended: the guest switched itself off, or its kernel panicked.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Pulls the plug.</summary>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private sealed record Addresses(IPEndPoint Shell, IPEndPoint Ftdi, IPEndPoint Control);
}

/// <summary>Ports in the guests.</summary>
internal static class GuestPorts
{
    public const int Shell = 2222;
    public const int UsbIp = 3240;
    public const int Link = 3241;

    /// <summary>
    /// A shell condition: something accepts connections on the port. The shell reads the kernel's tables itself, since programs that are
    /// started every 20 ms take half of the processor away from the one that is waited for.
    /// </summary>
    public static string Listens(int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"listens() {{ while read -r _ at _ state _; do [ \"${{at#*:}} $state\" != '{port:X4} 0A' ] || return 0; done; return 1; }}; "
            + $"listens </proc/net/tcp || listens </proc/net/tcp6");
}
