using System.Globalization;
using System.Net;
using Longwire.Lab.Network;
using Longwire.Testing;

namespace Longwire.Lab.Machines;

/// <summary>A virtual Home Assistant machine (amd64) with the real udev. Its /data outlives it, also when it loses power.</summary>
public sealed class Host : Guest
{
    private const string OptionsFile = "/data/options.yaml";
    private const string DataFolder = "/data/longwire";

    internal Host(string name, IPAddress address, string mac, Cable cable, string folder, TimeProvider time, MachineKind kind)
        : base(
            // Room for three Node.js beside our program.
            new Machine(name, "amd64", "host", address, mac, MemoryMiB: 768)
            {
                Kind = kind,
                Shares = { ["image"] = LabFolders.ContainerRoot("amd64"), ["consumers"] = LabFolders.Consumers },
            },
            cable,
            folder,
            time)
    {
    }

    /// <summary>Our program on this host, if it was started: the last one, should it have been started again.</summary>
    public GuestProcess? Attach { get; private set; }

    public Task WriteOptionsAsync(string options) => WriteFileAsync(OptionsFile, options);

    /// <summary>Starts <c>longwire attach</c>, with the options that were written last if none are given.</summary>
    /// <param name="options">What is written first.</param>
    /// <param name="program">Another build of it.</param>
    /// <param name="more">More of the command line.</param>
    public async Task<GuestProcess> StartAttachAsync(string? options = null, string program = "longwire", string more = "")
    {
        if (options is not null) await WriteOptionsAsync(options);
        return Attach = await StartProcessAsync($"{program} attach --options {OptionsFile} --data {DataFolder} {more}");
    }

    /// <summary>Stops <c>longwire attach</c> as the Supervisor would.</summary>
    public Task<int?> StopAttachAsync() => Attach!.StopAsync(Deadlines.Patience);

    /// <summary>All ports of vhci_hcd; empty before its module is loaded.</summary>
    public async Task<IReadOnlyList<GuestVhciPort>> VhciPortsAsync() =>
        GuestVhciPort.Parse((await TryRunAsync("cat /sys/devices/platform/vhci_hcd.0/status*")).Output);

    /// <summary>Ports that are not free.</summary>
    public async Task<IReadOnlyList<GuestVhciPort>> VhciPortsInUseAsync() => [.. (await VhciPortsAsync()).Where(port => port.State != 4)];

    /// <summary>Waits until no port of vhci_hcd is taken and no device of it is left.</summary>
    public Task<TimeSpan> WaitUntilNothingIsAttachedAsync(TimeSpan deadline) => WaitForAsync(
        "cd /sys/devices/platform/vhci_hcd.0 && ! cat status* | grep -q -E '^(hs|ss) +[0-9]+ 00[567] ' && ! ls -d usb*/[0-9]*-[0-9]",
        deadline,
        "every vhci port is free");

    /// <summary>What a stranger does: the stock tool, without asking us.</summary>
    /// <returns>The port it took.</returns>
    public async Task<int> StrangerAttachAsync(Pi pi, string busId)
    {
        HashSet<int> before = [.. (await VhciPortsInUseAsync()).Select(port => port.Number)];
        await RunAsync($"modprobe vhci-hcd && usbip attach -r {pi.Address} -b {busId}");
        await WaitForAsync(
            "! cat /sys/devices/platform/vhci_hcd.0/status* | grep -q ' 005 '",
            Deadlines.Patience, "the stranger's device is enumerated");
        return (await VhciPortsInUseAsync()).Single(port => !before.Contains(port.Number)).Number;
    }

    /// <summary>
    /// A stranger takes every port that is left for full speed, all with one connection to somebody who never says a word; there they stand
    /// at 005 until the far end closes that connection, for now the kernel has it.
    /// </summary>
    /// <param name="silence">A port of the test machine's loopback that accepts.</param>
    public async Task StrangerTakesAllPortsAsync(int silence)
    {
        await WriteFileAsync("/run/lab/take-ports", """
            # Standard input is the connection.
            exec 3<&0 </dev/null
            cd /sys/devices/platform/vhci_hcd.0 || exit
            cat status* >/run/lab/ports
            while read -r hub port state _; do
              case $hub$state in hs004) echo "$((1$port - 10000)) 3 65538 2" >attach ;; esac
            done </run/lab/ports
            exec cat <&3
            """);
        await StartProcessAsync(string.Create(CultureInfo.InvariantCulture, $"nc 10.0.2.2 {silence} -e /bin/sh /run/lab/take-ports"));
        await WaitForAsync(
            "! cat /sys/devices/platform/vhci_hcd.0/status* | grep -q '^hs .* 004 '",
            Deadlines.Patience, "every port for full speed is taken");
    }

    /// <summary>The stock tool's detach.</summary>
    public Task StrangerDetachAsync(int port) => RunAsync(string.Create(CultureInfo.InvariantCulture, $"usbip detach -p {port}"));

    /// <summary>Every name that udev gave a serial port: by-id and by-path, as they stand.</summary>
    public async Task<IReadOnlyList<string>> SerialLinksAsync() =>
        (await TryRunAsync("ls -d /dev/serial/by-id/* /dev/serial/by-path/* 2>/dev/null")).Output.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary><c>authorized_default</c> of every root hub of vhci_hcd, in the order of the buses.</summary>
    public async Task<IReadOnlyList<int>> AuthorizedDefaultsAsync() =>
        [.. (await RunAsync("cat /sys/devices/platform/vhci_hcd.0/usb*/authorized_default")).Split('\n')
            .Select(value => int.Parse(value, CultureInfo.InvariantCulture))];

    protected override void Forget()
    {
        base.Forget();
        Attach = null;
    }
}
