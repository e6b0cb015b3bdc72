using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.UsbipHost;

/// <summary>
/// The kernel driver on the Pi's end, <c>/sys/bus/usb/drivers/usbip-host</c>. It takes a whole stick away from its own driver and
/// serves it over a socket. What this class does not do is as important as what it does: it never writes <c>rebind</c>, never takes a
/// bus id out of <c>match_busid</c> and never unloads the module, because each of these can crash the kernel, and no check from user
/// space closes the race.
/// </summary>
public sealed class UsbipHostDriver
{
    private const string Name = "usbip-host";
    private const string Authorized = "authorized";

    private readonly SysfsRoot _root;
    private readonly Action<string, string> _write;

    public UsbipHostDriver(SysfsRoot root)
        : this(root, SysfsFile.Write)
    {
    }

    /// <summary>For tests: sees every write, in order, and can play the kernel.</summary>
    internal UsbipHostDriver(SysfsRoot root, Action<string, string> write)
    {
        _root = root;
        _write = write;
    }

    /// <summary>The module is loaded.</summary>
    public bool IsLoaded => Directory.Exists(Folder);

    private string Folder => Path.Combine(_root.UsbDrivers, Name);

    private string OrdinaryDriver => Path.Combine(_root.UsbDrivers, "usb");

    public static bool IsBound(SysfsUsbDevice device) => device?.Driver == Name;

    public UsbipHostStatus Status(BusId busId) =>
        int.TryParse(SysfsFile.Read(Attribute(busId, "usbip_status")), NumberStyles.None, CultureInfo.InvariantCulture, out int status)
            && status is >= (int)UsbipHostStatus.Available and <= (int)UsbipHostStatus.Error
            ? (UsbipHostStatus)status
            : UsbipHostStatus.NotBound;

    /// <summary>
    /// Takes the device from its own driver (its ttys go) and offers it. If that fails half way its own driver gets it back.
    /// </summary>
    /// <returns>False: the device went, or another one took its place, while this ran; nothing of ours is left behind.</returns>
    /// <exception cref="BusIdTableFullException">No place left for this bus id.</exception>
    /// <exception cref="KernelRefusedException">Any other refusal.</exception>
    public bool Bind(SysfsUsbDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (UsbDevices.TryRead(_root, device.BusId) is not { } now || now.DeviceNumber != device.DeviceNumber) return false;
        if (IsBound(now)) return true;
        try
        {
            if (now.Driver is not null) _write(Path.Combine(OrdinaryDriver, "unbind"), device.BusId.KernelName);
            AddToTable(device.BusId);
            _write(Path.Combine(Folder, "bind"), device.BusId.KernelName);
        }
        catch (IOException)
        {
            if (!ReturnToOrdinaryDriver(device.BusId)) return false;
            throw;
        }

        // Bus ids are places: somebody may have swapped the sticks between our look and the write.
        if (UsbDevices.TryRead(_root, device.BusId) is { } bound && bound.DeviceNumber == device.DeviceNumber && IsBound(bound))
        {
            return true;
        }
        GiveBack(device.BusId);
        return false;
    }

    /// <summary>Ends a session if one runs, and lets the device's own driver have it again. A device that is gone is no error.</summary>
    /// <exception cref="KernelRefusedException">The device is there and the kernel said no.</exception>
    public void GiveBack(BusId busId)
    {
        if (UsbDevices.TryRead(_root, busId) is not { } device) return;
        try
        {
            if (IsBound(device)) _write(Path.Combine(Folder, "unbind"), busId.KernelName);
            if (IsBound(device) || device.Driver is null) _write(Path.Combine(OrdinaryDriver, "bind"), busId.KernelName);
        }
        catch (KernelRefusedException) when (UsbDevices.TryRead(_root, busId) is not { Driver: Name or null })
        {
            // Pulled meanwhile, or already with another driver: both are what was asked for.
        }
    }

    /// <summary>Out of <see cref="UsbipHostStatus.Error"/>: unbinds and binds again.</summary>
    /// <returns>False: gone meanwhile.</returns>
    /// <exception cref="KernelRefusedException">
    /// The kernel said no; its own driver has the device again where that was possible.
    /// </exception>
    public bool Recover(SysfsUsbDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (UsbDevices.TryRead(_root, device.BusId) is not { } now || now.DeviceNumber != device.DeviceNumber) return false;
        if (IsBound(now)) _write(Path.Combine(Folder, "unbind"), device.BusId.KernelName);
        return Bind(device);
    }

    /// <summary>
    /// As <see cref="Recover"/>, and between the two its authorization is taken away and given back: the kernel takes its configuration
    /// away, and its own driver sets it up from the beginning. Its own driver first, for without one some kernels set up nothing, and
    /// others bind its interfaces to drivers that usbip-host would not get them back from.
    /// </summary>
    /// <inheritdoc cref="Recover" path="/returns"/>
    /// <exception cref="KernelRefusedException">The kernel said no; <see cref="Authorize"/> may still be due.</exception>
    public bool Reauthorize(SysfsUsbDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (UsbDevices.TryRead(_root, device.BusId) is not { } now || now.DeviceNumber != device.DeviceNumber) return false;
        try
        {
            if (IsBound(now)) _write(Path.Combine(Folder, "unbind"), device.BusId.KernelName);
            try
            {
                _write(Attribute(device.BusId, Authorized), "0");
                if (UsbDevices.TryRead(_root, device.BusId) is { Driver: null })
                    _write(Path.Combine(OrdinaryDriver, "bind"), device.BusId.KernelName);
            }
            finally
            {
                Authorize(device.BusId);
            }
        }
        catch (KernelRefusedException) when (UsbDevices.TryRead(_root, device.BusId) is null)
        {
            return false;
        }
        return Bind(device);
    }

    /// <summary>Gives a device its authorization, which it has unless somebody took it. A device that is gone is no error.</summary>
    /// <exception cref="KernelRefusedException">The device is there and the kernel said no.</exception>
    public void Authorize(BusId busId)
    {
        try
        {
            _write(Attribute(busId, Authorized), "1");
        }
        catch (KernelRefusedException) when (UsbDevices.TryRead(_root, busId) is null)
        {
            // Pulled meanwhile.
        }
    }

    /// <summary>
    /// Hands the connection to the kernel, which serves the device on it and keeps a reference of its own: closing our copy says nothing
    /// to the peer. The answer to the import is ours to send.
    /// </summary>
    /// <exception cref="KernelRefusedException"><c>EINVAL</c>: it is not available any more, or the socket is not connected.</exception>
    public void Serve(BusId busId, Socket connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        bool held = false;
        try
        {
            connection.SafeHandle.DangerousAddRef(ref held);
            _write(Attribute(busId, "usbip_sockfd"), connection.SafeHandle.DangerousGetHandle().ToString(CultureInfo.InvariantCulture));
        }
        finally
        {
            if (held) connection.SafeHandle.DangerousRelease();
        }
    }

    /// <summary>
    /// Ends the session; the kernel resets the stick and offers it again about 0.3 s later. No session, or no device, is no error.
    /// </summary>
    public void Cut(BusId busId)
    {
        try
        {
            _write(Attribute(busId, "usbip_sockfd"), "-1");
        }
        catch (KernelRefusedException)
        {
            // EINVAL: no session; ENOENT or ENODEV: no device.
        }
    }

    // No newline: it would become part of the name. Not twice: every line in the table is one of 16.
    private void AddToTable(BusId busId)
    {
        string table = Path.Combine(Folder, "match_busid");
        ImmutableArray<string> known = [.. (SysfsFile.Read(table) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        if (known.Contains(busId.KernelName)) return;
        try
        {
            _write(table, "add " + busId.KernelName);
        }
        catch (KernelRefusedException e) when (e.ErrorNumber == Errno.NoMemory)
        {
            throw new BusIdTableFullException(e);
        }
    }

    // False: the device is gone.
    private bool ReturnToOrdinaryDriver(BusId busId)
    {
        try
        {
            GiveBack(busId);
        }
        catch (KernelRefusedException)
        {
            // The first refusal is the one to report.
        }
        return UsbDevices.TryRead(_root, busId) is not null;
    }

    private string Attribute(BusId busId, string attribute) => Path.Combine(_root.UsbDevices, busId.KernelName, attribute);
}
