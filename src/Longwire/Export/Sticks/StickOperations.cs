using System.Collections.Immutable;
using System.Net.Sockets;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;

namespace Longwire.Export.Sticks;

/// <summary>What one look at a device has seen.</summary>
/// <param name="Device">Null: it is not there.</param>
/// <param name="Choice">Null for what can never be exported, and for a device whose descriptors could not be read.</param>
/// <param name="MaySleep">Autosuspend is on.</param>
/// <param name="TtyHolders">Of a wanted stick with its own driver: who has a tty of it open.</param>
internal sealed record Inspection(
    SysfsUsbDevice? Device, DeviceIdentity? Identity, RadioChoice? Choice, UsbipHostStatus Status, bool MaySleep,
    ImmutableArray<RunningProcess> TtyHolders)
{
    /// <summary>Timestamp: what the kernel showed before that was seen.</summary>
    public long BeganAt { get; init; }

    public static Inspection Gone { get; } = new(null, null, null, UsbipHostStatus.NotBound, false, []);
}

/// <param name="Refusal">Why not, for a person; null if it was bound, or went meanwhile.</param>
/// <param name="Seen">How it stands with usbip-host since it was bound; null: it was not.</param>
internal sealed record BindOutcome(string? Refusal, Inspection? Seen = null);

/// <summary>
/// What is asked of the kernel for one stick. Looks, binds and what gives back may take their time, for a sick stick answers a
/// configuration request after five seconds or never: each runs on a thread of its own, and the reconciler begins one at a time per stick,
/// so that no stick waits for another. The others return at once.
/// </summary>
internal sealed class StickOperations(SysfsRoot root, UsbipHostDriver driver, RadioSelection selection, TimeProvider time)
{
    private readonly BlockingCalls _calls = new();
    private RadioSelection _selection = selection;

    /// <summary>What the export side needs of the kernel.</summary>
    public static IEnumerable<string> Modules => ["usbip-core", "usbip-host"];

    public IEnumerable<BusId> PluggedIn() => UsbDevices.Enumerate(root).Select(device => device.BusId);

    /// <summary>As it stands this moment; null if it is not there. Never waits for the stick.</summary>
    public SysfsUsbDevice? Read(BusId busId) => UsbDevices.TryRead(root, busId);

    /// <inheritdoc cref="UsbipHostDriver.Status"/>
    public UsbipHostStatus Status(BusId busId) => driver.Status(busId);

    /// <inheritdoc cref="UsbipHostDriver.Serve"/>
    public void Serve(BusId busId, Socket connection) => driver.Serve(busId, connection);

    /// <inheritdoc cref="UsbipHostDriver.Cut"/>
    public void Cut(BusId busId) => driver.Cut(busId);

    /// <summary>The distribution's own daemon, if it runs here: most likely what bound a stick that we did not.</summary>
    public RunningProcess? OtherServer() => RunningProcess.Named(root, "usbipd").FirstOrDefault();

    /// <summary>From the next look on.</summary>
    public void Choose(ExportOptions options) => Volatile.Write(ref _selection, _selection.With(options));

    // None of these is left behind while the kernel is at it: what follows must find what it has done.
    public Task<Inspection> InspectAsync(BusId busId) => _calls.RunAsync(() => Inspect(busId), CancellationToken.None);

    /// <param name="authorize">Its authorization is ours to give back.</param>
    public async Task<BindOutcome> BindAsync(SysfsUsbDevice device, bool authorize, CancellationToken cancellationToken)
    {
        if (!driver.IsLoaded && await LoadAsync(cancellationToken) is { } reason) return new BindOutcome(reason);
        return await TryAsync(device.BusId, () =>
        {
            if (IsOpenHere(device)) return false;
            if (authorize)
            {
                // With its own driver, as it would have been.
                driver.GiveBack(device.BusId);
                driver.Authorize(device.BusId);
            }
            UsbAutosuspend.SwitchOff(device);
            return driver.Bind(device);
        });
    }

    public Task<BindOutcome> RecoverAsync(SysfsUsbDevice device) => TryAsync(device.BusId, () => driver.Recover(device));

    /// <summary>Sets it anew. Its session has ended, and a kernel that is not done with that is waited for.</summary>
    public async Task<BindOutcome> ResetAsync(SysfsUsbDevice device, ResetStep step, CancellationToken cancellationToken)
    {
        if (!driver.IsLoaded && await LoadAsync(cancellationToken) is { } reason) return new BindOutcome(reason);
        await CutAsync(device.BusId, cancellationToken);
        return await TryAsync(device.BusId, () =>
        {
            if (IsOpenHere(device)) return false;
            return step == ResetStep.Reauthorize ? driver.Reauthorize(device) : driver.Recover(device);
        });
    }

    /// <summary>Ends its session, if any, and lets its own driver have it again.</summary>
    /// <param name="authorize">Its authorization is ours to give back.</param>
    /// <exception cref="IOException">The kernel said no.</exception>
    public async Task GiveBackAsync(BusId busId, bool maySleep, bool authorize, CancellationToken cancellationToken)
    {
        await CutAsync(busId, cancellationToken);
        await _calls.RunAsync(
            () =>
            {
                driver.GiveBack(busId);
                if (authorize) driver.Authorize(busId);
                if (maySleep && UsbDevices.TryRead(root, busId) is { } device) UsbAutosuspend.SwitchOn(device);
            },
            CancellationToken.None);
    }

    /// <summary>Lets go of a stick that somebody else bound: it stays with usbip-host.</summary>
    /// <param name="cut">Its session is ours and is ended.</param>
    public async Task LeaveBoundAsync(BusId busId, bool cut, bool maySleep, CancellationToken cancellationToken)
    {
        if (cut) await CutAsync(busId, cancellationToken);
        if (maySleep && UsbDevices.TryRead(root, busId) is { } device) UsbAutosuspend.SwitchOn(device);
    }

    private Inspection Inspect(BusId busId)
    {
        long began = time.GetTimestamp();
        return Look(busId) with { BeganAt = began };
    }

    private Inspection Look(BusId busId)
    {
        if (UsbDevices.TryRead(root, busId) is not { } device) return Inspection.Gone;
        if (!RadioSelection.CanBeExported(device)) return Inspection.Gone with { Device = device };
        if (device.ReadIdentity() is not { } identity) return Inspection.Gone with { Device = UsbDevices.TryRead(root, busId) };
        RadioChoice choice = Volatile.Read(ref _selection).Choose(device, identity);
        bool bound = UsbipHostDriver.IsBound(device);
        ImmutableArray<RunningProcess> holders = choice.Wanted && !bound ? OpenDevices.HoldersOf(root, device.Ttys) : [];
        return new Inspection(device, identity, choice, driver.Status(busId), UsbAutosuspend.MaySleep(device), holders);
    }

    private async Task CutAsync(BusId busId, CancellationToken cancellationToken)
    {
        if (driver.Status(busId) != UsbipHostStatus.InUse) return;
        driver.Cut(busId);
        // The end of a session resets the stick; unbinding in the middle of that would only make the kernel wait instead of us.
        while (driver.Status(busId) == UsbipHostStatus.InUse) await Task.Delay(ExportTimers.SessionStep, time, cancellationToken);
    }

    // Somebody may have opened the tty while the ledger was written.
    private bool IsOpenHere(SysfsUsbDevice device) =>
        !UsbipHostDriver.IsBound(device) && OpenDevices.HoldersOf(root, device.Ttys).Length > 0;

    private static async Task<string?> LoadAsync(CancellationToken cancellationToken) =>
        (await KernelModules.LoadAsync(Modules, cancellationToken)).FirstOrDefault(outcome => !outcome.Ok)?.Reason;

    // What was bound is looked at on the same thread, before it is told: whoever waits for it waits for that, too.
    private Task<BindOutcome> TryAsync(BusId busId, Func<bool> work) => _calls.RunAsync(
        () =>
        {
            try
            {
                if (!work()) return new BindOutcome(Refusal: null);
            }
            catch (IOException e)
            {
                return new BindOutcome(e.Message);
            }
            return new BindOutcome(Refusal: null, Inspect(busId));
        },
        CancellationToken.None);
}
