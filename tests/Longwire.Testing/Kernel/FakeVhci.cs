using System.Globalization;
using System.Text;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Vhci;

namespace Longwire.Testing.Kernel;

/// <summary>
/// Plays the kernel behind vhci_hcd: its tables in the form that port_show_vhci prints, its root hubs, and what attach and detach
/// do. Controller n has buses 3 + 2n (high speed) and 4 + 2n (super speed).
/// </summary>
public sealed class FakeVhci
{
    private readonly FakeSysfs _sysfs;
    private readonly int _portsPerHub;
    private readonly (int State, int Speed, uint DevId, string Local)[] _ports;
    private readonly Lock _gate = new();
    private readonly List<string> _writes = [];

    public FakeVhci(FakeSysfs sysfs, int portsPerHub = 8, int controllers = 1)
    {
        _sysfs = sysfs;
        _portsPerHub = portsPerHub;
        _ports = new (int, int, uint, string)[2 * portsPerHub * controllers];
        Array.Fill(_ports, (4, 0, 0u, "0-0"));
        Host = new VhciHost(sysfs.Root, Write);
        FakeSysfs.WriteFile(Attribute("attach"), "");
        FakeSysfs.WriteFile(Attribute("detach"), "");
        for (int controller = 0; controller < controllers; controller++)
        {
            AddHub(controller, 3 + (2 * controller), "480");
            AddHub(controller, 4 + (2 * controller), "5000");
            Show(controller);
        }
    }

    public VhciHost Host { get; }

    /// <summary>The attribute's name, then the text: refuses with an error number, or null.</summary>
    public Func<string, string, int?> Refuse { get; set; } = (_, _) => null;

    /// <summary>As <c>attach 0 17 65539 2</c>.</summary>
    public IReadOnlyList<string> Writes
    {
        get
        {
            lock (_gate) return [.. _writes];
        }
    }

    /// <summary>Folder below sys that holds the hubs of a controller.</summary>
    public static string Controller(int number = 0) => string.Create(CultureInfo.InvariantCulture, $"devices/platform/vhci_hcd.{number}");

    public string HubFolder(int bus) =>
        Path.Combine(_sysfs.Root.Sys, Controller((bus - 3) / 2), string.Create(CultureInfo.InvariantCulture, $"usb{bus}"));

    public string Attribute(string name) => Path.Combine(_sysfs.Root.Sys, Controller(), name);

    /// <summary>A port that stands in the table without a device in sysfs.</summary>
    public void Set(int port, int state, int speed = 0, uint devId = 0, string local = "0-0")
    {
        _ports[port] = (state, speed, devId, local);
        Show(port / (2 * _portsPerHub));
    }

    /// <summary>A full speed stick that has come up on a port of the first controller's high-speed hub.</summary>
    public string Plug(int port, uint devId = 65539, uint deviceNumber = 5, bool authorized = true)
    {
        string local = string.Create(CultureInfo.InvariantCulture, $"3-{port + 1}");
        string folder = _sysfs.Plug(local, controller: Controller(), deviceNumber: deviceNumber);
        FakeSysfs.WriteFile(Path.Combine(folder, "authorized"), authorized ? "1\n" : "0\n");
        Set(port, 6, 2, devId, local);
        return folder;
    }

    /// <summary>The port is free at once; the device's folder goes when <paramref name="folderToo"/> says so.</summary>
    public void Pull(int port, bool folderToo = true)
    {
        string local = _ports[port].Local;
        Set(port, 4);
        if (folderToo) _sysfs.Pull(local, Controller());
    }

    public void Write(string path, string text)
    {
        string name = Path.GetFileName(path);
        lock (_gate) _writes.Add($"{name} {text}");
        if (Refuse(name, text) is { } error) throw new KernelRefusedException(path, text, error);
        int port = int.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);
        bool free = _ports[port].State == 4;
        if (name == "attach")
        {
            if (!free) throw new KernelRefusedException(path, text, Errno.Busy);
            Set(port, 5);
            return;
        }
        if (free) throw new KernelRefusedException(path, text, Errno.InvalidArgument);
        if (_ports[port].State == 6 && UsbDevices.Enumerate(_sysfs.Root).Any(device => device.BusId.ToString() == _ports[port].Local))
        {
            Pull(port);
        }
        else Set(port, 4);
    }

    private void AddHub(int controller, int bus, string speed)
    {
        FakeSysfs.WriteFile(Path.Combine(HubFolder(bus), "speed"), speed + "\n");
        FakeSysfs.WriteFile(Path.Combine(HubFolder(bus), "authorized_default"), "1\n");
        Directory.CreateDirectory(Path.Combine(_sysfs.Root.Sys, Controller(controller)));
    }

    private void Show(int controller)
    {
        var table = new StringBuilder("hub port sta spd dev      sockfd local_busid\n");
        for (int i = 0; i < 2 * _portsPerHub; i++)
        {
            int number = (controller * 2 * _portsPerHub) + i;
            (int state, int speed, uint devId, string local) = _ports[number];
            string hub = i < _portsPerHub ? "hs" : "ss";
            // Only a port in use shows what is on it.
            string rest = state == 6
                ? string.Create(CultureInfo.InvariantCulture, $"{speed:000} {devId:x8} {3:000000} {local}")
                : "000 00000000 000000 0-0";
            table.Append(CultureInfo.InvariantCulture, $"{hub}  {number:0000} {state:000} {rest}\n");
        }
        // In one step, as the kernel does: who reads meanwhile sees the table before or after, and not none.
        string path = Attribute(controller == 0 ? "status" : string.Create(CultureInfo.InvariantCulture, $"status.{controller}"));
        FakeSysfs.WriteFile(path + ".next", table.ToString());
        File.Move(path + ".next", path, overwrite: true);
    }
}
