using System.Globalization;
using Longwire.UsbIp.Linux;

namespace Longwire.Testing.Kernel;

/// <summary>
/// Plays the kernel behind the attributes of usb and usbip-host, as facts were measured on real ones, and keeps every write. The
/// bus id's tty comes back with its own driver.
/// </summary>
public sealed class FakeUsbipHost(FakeSysfs sysfs)
{
    private readonly Lock _gate = new();
    private readonly List<(string Path, string Text)> _writes = [];

    /// <summary>Name of the last part of a path, then the text: refuses with an error number, or null.</summary>
    public Func<string, string, int?> Refuse { get; set; } = (_, _) => null;

    /// <summary>Runs after a write took effect.</summary>
    public Action<string, string> After { get; set; } = (_, _) => { };

    public IReadOnlyList<(string Path, string Text)> Writes
    {
        get
        {
            lock (_gate) return [.. _writes];
        }
    }

    /// <summary>As <c>driver/file text</c>.</summary>
    public IEnumerable<string> Lines =>
        Writes.Select(w => $"{Path.GetFileName(Path.GetDirectoryName(w.Path))}/{Path.GetFileName(w.Path)} {w.Text}");

    public void SetStatus(string busId, int status) =>
        FakeSysfs.WriteFile(Path.Combine(sysfs.DeviceFolder(busId), "usbip_status"), status.ToString(CultureInfo.InvariantCulture) + "\n");

    public void Write(string path, string text)
    {
        lock (_gate)
        {
            _writes.Add((path, text));
            string attribute = $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";
            if (Refuse(attribute, text) is { } error) throw new KernelRefusedException(path, text, error);
            Play(attribute, path, text);
        }
        After(path, text);
    }

    private void Play(string attribute, string path, string text)
    {
        switch (attribute)
        {
            case "usb/unbind":
                Unconfigure(Folder(path, text), text);
                break;
            case "usb/bind":
                if (Directory.Exists(Path.Combine(Folder(path, text), "driver"))) throw new KernelRefusedException(path, text, Errno.Busy);
                sysfs.SetDriver(Folder(path, text), "usb");
                sysfs.Configure(Folder(path, text), text, "ttyACM0");
                break;
            case "usbip-host/match_busid":
                File.WriteAllText(path, (File.ReadAllText(path).Trim() + " " + text[4..]).Trim() + " \n");
                break;
            case "usbip-host/bind":
                if (!File.ReadAllText(Path.Combine(sysfs.Root.UsbDrivers, "usbip-host/match_busid")).Split(' ').Contains(text))
                    throw new KernelRefusedException(path, text, Errno.NoDevice);
                sysfs.SetDriver(Folder(path, text), "usbip-host");
                SetStatus(text, 1);
                break;
            case "usbip-host/unbind":
                sysfs.SetDriver(Folder(path, text), null);
                File.Delete(Path.Combine(sysfs.DeviceFolder(text), "usbip_status"));
                break;
            default:
                PlaySession(path, text);
                break;
        }
    }

    private static void PlaySession(string path, string text)
    {
        if (Path.GetFileName(path) == "authorized" && File.Exists(path))
        {
            File.WriteAllText(path, text + "\n");
            return;
        }
        if (Path.GetFileName(path) != "usbip_sockfd") throw new KernelRefusedException(path, text, Errno.NoEntry);
        string status = Path.Combine(Path.GetDirectoryName(path)!, "usbip_status");
        if (!File.Exists(status)) throw new KernelRefusedException(path, text, Errno.NoEntry);
        bool inUse = File.ReadAllText(status).Trim() == "2";
        if (text == "-1" ? !inUse : File.ReadAllText(status).Trim() != "1")
        {
            throw new KernelRefusedException(path, text, Errno.InvalidArgument);
        }
        File.WriteAllText(status, text == "-1" ? "1\n" : "2\n");
    }

    private string Folder(string path, string busId)
    {
        string folder = sysfs.DeviceFolder(busId);
        return Directory.Exists(folder) ? folder : throw new KernelRefusedException(path, busId, Errno.NoDevice);
    }

    private void Unconfigure(string folder, string busId)
    {
        sysfs.SetDriver(folder, null);
        foreach (string one in Directory.GetDirectories(folder, busId + ":*")) Directory.Delete(one, recursive: true);
    }
}
