using System.Net;
using System.Text.Json;
using Longwire.Lab.Network;
using Longwire.Lab.Sticks;
using Longwire.Testing;

namespace Longwire.Lab.Machines;

/// <summary>
/// A virtual Raspberry Pi (arm64) with eight USB ports, 0 to 7, and one more for a stick with an FTDI chip. It exports either with our
/// program or with the distribution's usbipd; a test says which.
/// </summary>
public sealed class Pi : Guest
{
    private readonly List<LabStick> _sticks = [];
    private int _made;
    private Func<Task>? _service;
    private string? _memory;

    internal Pi(string name, IPAddress address, string mac, Cable cable, string folder, TimeProvider time, MachineKind kind)
        : base(
            new Machine(name, "arm64", "pi", address, mac, MemoryMiB: 256)
            {
                Kind = kind,
                FtdiSerial = StickModel.Ftdi.Serial,
                Shares = { ["image"] = LabFolders.ContainerRoot("arm64") },
            },
            cable,
            folder,
            time,
            GuestPorts.UsbIp)
    {
    }

    /// <summary>With it a host that attaches is let in over the link; null: it is not paired.</summary>
    public string? PairingCode { get; private set; }

    /// <summary>Our program on this Pi, if it was started.</summary>
    public GuestProcess? Export { get; private set; }

    /// <summary>Leads to this Pi's port 3240 from the test machine, past the switch; the Pi sees 10.0.2.2 as the client.</summary>
    public IPEndPoint UsbIpFromTheTest => Forwarded(GuestPorts.UsbIp);

    /// <summary>
    /// Options for our export that serve stock clients on 3240: every machine of the house that attaches, and the test itself.
    /// </summary>
    public static string DefaultExportOptions => """
        stock:
          port: 3240
          allow: ["10.77.0.21", "10.77.0.22", "10.77.0.31", "10.0.2.2"]

        """;

    /// <summary>A stick in the hand, not plugged in yet.</summary>
    public async Task<LabStick> MakeStickAsync(StickModel model)
    {
        LabStick stick = model.Chip == StickChip.Ftdi
            ? new FtdiStick(this, model)
            : await GadgetStick.MakeAsync(this, $"s{++_made}", model);
        _sticks.Add(stick);
        return stick;
    }

    /// <summary>Plugs a new stick into a port and waits until the Pi's kernel has read it.</summary>
    public async Task<LabStick> PlugAsync(StickModel model, int port = 0)
    {
        LabStick stick = await MakeStickAsync(model);
        await stick.PlugAsync(port);
        return stick;
    }

    /// <summary>
    /// Starts the distribution's usbipd and binds one stick per VID:PID, as the classic units do; it comes back so after a reboot.
    /// </summary>
    public async Task StartStockAsync(params string[] usbIds)
    {
        _service = () => StartStockAsync(usbIds);
        await RunAsync($"stock-pi start {string.Join(' ', usbIds)}");
        await WaitForAsync(GuestPorts.Listens(GuestPorts.UsbIp), Deadlines.Patience, "usbipd listens");
    }

    /// <summary>Stops the classic units: the stick is unbound, usbipd ends.</summary>
    public async Task StopStockAsync()
    {
        _service = null;
        await RunAsync("stock-pi stop");
    }

    /// <summary>
    /// Starts <c>longwire export</c>; it comes back so after a reboot. Does not wait for it to serve: see
    /// <see cref="WaitUntilItServesAsync"/>.
    /// </summary>
    /// <param name="options">What stands in /etc/longwire/export.yaml; <see cref="DefaultExportOptions"/> if null.</param>
    public async Task<GuestProcess> StartExportAsync(string? options = null)
    {
        _service = () => StartExportAsync(options);
        await WriteFileAsync("/etc/longwire/export.yaml", options ?? DefaultExportOptions);
        return Export = await StartProcessAsync("longwire export");
    }

    /// <summary>Stops <c>longwire export</c> as its service manager would.</summary>
    public async Task<int?> StopExportAsync()
    {
        _service = null;
        return await Export!.StopAsync(Deadlines.Patience);
    }

    /// <summary>Stops <c>longwire export</c> and starts it again, as an update does.</summary>
    public async Task RestartExportAsync()
    {
        await Export!.StopAsync(Deadlines.Patience);
        await _service!();
    }

    /// <summary>Waits until something accepts connections on 3240.</summary>
    /// <returns>This Pi's clock at that moment.</returns>
    public Task<TimeSpan> WaitUntilItServesAsync(TimeSpan deadline) =>
        WaitForAsync(GuestPorts.Listens(GuestPorts.UsbIp), deadline, "something listens on 3240");

    /// <summary>Prints the code that lets a host in, as a person would, beside the running export.</summary>
    public async Task PairAsync()
    {
        await WaitForAsync(GuestPorts.Listens(GuestPorts.Link), Deadlines.Patience, "something listens on 3241");
        using var json = JsonDocument.Parse(await RunAsync("longwire pair --json"));
        PairingCode = json.RootElement.GetProperty("code").GetString();
    }

    /// <summary>Switches off, in order or by pulling the plug, and leaves it off.</summary>
    public async Task StopAsync(bool inOrder)
    {
        // What a paired Pi is known by is on its disk, and this one has none.
        _memory = PairingCode is null ? null : await RunAsync("tar -c -C /var/lib longwire | base64");
        await (inOrder ? ShutDownAsync() : PowerOffAsync());
    }

    /// <summary>Switches on again: the sticks are where they were, and what exported them starts once they are there.</summary>
    public async Task ComeBackAsync(CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken);
        if (_memory is not null)
        {
            await RunAsync($"mkdir -p /var/lib && base64 -d <<'END' | tar -x -C /var/lib\n{_memory}\nEND", null, cancellationToken);
        }
        foreach (LabStick stick in _sticks) await stick.RemakeAsync();
        if (_service is not null) await _service();
    }

    public async Task RebootAsync(bool inOrder)
    {
        await StopAsync(inOrder);
        await ComeBackAsync();
    }

    private protected override async Task PutAwayAsync()
    {
        foreach (LabStick stick in _sticks) await stick.PutAwayAsync();
    }

    protected override void Forget()
    {
        base.Forget();
        _sticks.Clear();
        (_service, Export, PairingCode, _memory) = (null, null, null, null);
    }
}
