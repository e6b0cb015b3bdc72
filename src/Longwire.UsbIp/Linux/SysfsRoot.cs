namespace Longwire.UsbIp.Linux;

/// <summary>Where the kernel shows itself. Tests point it at a tree of their own.</summary>
public sealed record SysfsRoot
{
    /// <summary>The machine's own.</summary>
    public static SysfsRoot Machine { get; } = new("/sys", "/proc", "/dev");

    private SysfsRoot(string sys, string proc, string dev) => (Sys, Proc, Dev) = (sys, proc, dev);

    public string Sys { get; }
    public string Proc { get; }
    public string Dev { get; }

    /// <summary>A tree with folders <c>sys</c>, <c>proc</c> and <c>dev</c> below one folder.</summary>
    public static SysfsRoot Below(string folder) =>
        new(Path.Combine(folder, "sys"), Path.Combine(folder, "proc"), Path.Combine(folder, "dev"));

    /// <summary>/sys/bus/usb/devices</summary>
    public string UsbDevices => Path.Combine(Sys, "bus/usb/devices");

    /// <summary>/sys/bus/usb/drivers</summary>
    public string UsbDrivers => Path.Combine(Sys, "bus/usb/drivers");

    /// <summary>A path below this root as the kernel names it: always beginning with <c>/sys/</c>.</summary>
    public string KernelName(string path) =>
        path.StartsWith(Sys, StringComparison.Ordinal) ? "/sys" + path[Sys.Length..] : path;
}
