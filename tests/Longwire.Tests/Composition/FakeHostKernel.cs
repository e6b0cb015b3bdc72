using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Longwire.Attach.Ports;
using Longwire.Testing.Kernel;
using Longwire.Testing.Peers;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Vhci;

namespace Longwire.Tests.Composition;

/// <summary>
/// The kernel of a host: what is handed to its vhci_hcd stands there at once with its tty, by the descriptors that the stick has, and goes
/// when it is detached, or when the other end of its connection is closed. The stick itself is asked nothing.
/// </summary>
internal sealed class FakeHostKernel : IAsyncDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _vhci;
    private readonly Dictionary<uint, EchoStick> _sticks = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Socket> _ends = [];
    private readonly List<Task> _reading = [];
    private readonly Channel<Uevent> _uevents = Channel.CreateUnbounded<Uevent>();

    public FakeHostKernel()
    {
        _vhci = new FakeVhci(_sysfs);
        Kernel = new AttachKernel(_sysfs.Root, new VhciHost(_sysfs.Root, Write))
        {
            LoadModulesAsync = (_, _) => Task.FromResult(ImmutableArray<KernelModuleOutcome>.Empty),
            ReadUeventsAsync = _uevents.Reader.ReadAllAsync,
        };
    }

    public AttachKernel Kernel { get; }

    public string Folder => _sysfs.Folder;

    /// <summary>How often something was attached to a port.</summary>
    public int AttachedTo(int port)
    {
        string attach = string.Create(CultureInfo.InvariantCulture, $"attach {port} ");
        return _vhci.Writes.Count(write => write.StartsWith(attach, StringComparison.Ordinal));
    }

    public bool IsFree(int port) => Kernel.Vhci.ReadPort(port) is { State: VhciPortState.Null };

    /// <summary>What comes up here when this stick is attached: the connection is not asked by anybody.</summary>
    public void Knows(ServedStick served)
    {
        const uint Bus = 1;
        _sticks.Add((Bus << 16) | served.DeviceNumber, served.Stick);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            foreach (Socket end in _ends.Values) end.Dispose();
            _ends.Clear();
        }
        await Task.WhenAll(_reading);
        _sysfs.Dispose();
    }

    private void Write(string path, string text)
    {
        int[] told = [.. text.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        lock (_gate)
        {
            _vhci.Write(path, text);
            if (Path.GetFileName(path) == "attach") Attach(told[0], told[1], (uint)told[2]);
            else if (_ends.Remove(told[0], out Socket? end)) Left(told[0], end);
        }
    }

    private void Attach(int port, int descriptor, uint devId)
    {
#pragma warning disable CA2000 // The socket disposes of its handle, and is disposed when it goes.
        var end = new Socket(new SafeSocketHandle(Tmds.Linux.LibC.dup(descriptor), ownsHandle: true));
#pragma warning restore CA2000
        _ends.Add(port, end);
        ComeUp(port, devId);
        Tell("add", port);
        _reading.Add(UntilClosedAsync(port, end));
    }

    private async Task UntilClosedAsync(int port, Socket end)
    {
        byte[] bytes = new byte[4096];
        try
        {
            while (await end.ReceiveAsync(bytes) > 0)
            {
                // Nothing was asked, so this is what the proxy says by itself.
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was detached, or the other end was closed the hard way.
        }
        lock (_gate)
        {
            if (_ends.GetValueOrDefault(port) != end) return;
            _ends.Remove(port);
            _vhci.Pull(port);
            Left(port, end);
        }
    }

    private void Left(int port, Socket end)
    {
        end.Dispose();
        Tell("remove", port);
    }

    private static string LocalOf(int port) => string.Create(CultureInfo.InvariantCulture, $"3-{port + 1}");

    private void Tell(string action, int port) => _uevents.Writer.TryWrite(new Uevent
    {
        Action = action,
        DevPath = $"/{FakeVhci.Controller()}/usb3/{LocalOf(port)}",
        Subsystem = "usb",
        DevType = "usb_device",
    });

    private void ComeUp(int port, uint devId)
    {
        EchoStick stick = _sticks[devId];
        string local = LocalOf(port);
        string serial = TextOf(stick, 0x0303), tty = string.Create(CultureInfo.InvariantCulture, $"ttyACM{port}");
        string folder = _sysfs.Plug(
            local, serial: serial, product: TextOf(stick, 0x0302), controller: FakeVhci.Controller(), tty: tty);
        File.WriteAllBytes(Path.Combine(folder, "descriptors"), [.. stick.Descriptors[0x0100], .. stick.Descriptors[0x0200]]);
        FakeSysfs.WriteFile(Path.Combine(folder, "manufacturer"), TextOf(stick, 0x0301) + "\n");
        FakeSysfs.WriteFile(Path.Combine(folder, "authorized"), "0\n");
        string link = Path.Combine(_sysfs.Root.Dev, "serial/by-id", $"usb-Sigma_Designs_UZB_{serial}-if00");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.Delete(link);
        File.CreateSymbolicLink(link, $"../../{tty}");
        _vhci.Set(port, 6, 2, devId, local);
    }

    private static string TextOf(EchoStick stick, ushort descriptor) => Encoding.Unicode.GetString(stick.Descriptors[descriptor].AsSpan(2));
}
