using Longwire.Attach.Identity;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Ports;

/// <summary>
/// Between a device that the kernel has enumerated and its drivers. It stands there without any (authorized_default is 0 on vhci's
/// root hubs) until what the kernel read is what was asked for.
/// </summary>
internal sealed class DriverGate(AttachKernel kernel, AsyncAutoResetEvent kernelChanged, DeviceIdentity asked, int serialPorts)
{
    /// <summary>What the stick said to us; once it is open, also what only the kernel could read.</summary>
    public DeviceIdentity Identity { get; private set; } = asked;

    /// <summary>Lets drivers bind and waits for the ttys. Null when they are there; else why the device was refused.</summary>
    /// <exception cref="IOException">The device went away.</exception>
    /// <exception cref="TimeoutException">Cancelled while it waited for the ttys: the message says which did not come, and why.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before that.</exception>
    public async Task<AttachOutcome.Refused?> OpenAsync(SysfsUsbDevice local, CancellationToken cancellation)
    {
        // Somebody has let its drivers in: they leave before it is looked at.
        if (local.Authorized) await SetAuthorizedAsync(local, authorized: false, cancellation);
        DeviceIdentity read = await kernel.Calls.RunAsync(local.ReadIdentity, cancellation) ?? throw Gone();
        if (IdentityComparison.Difference(Identity, read) is { } difference)
        {
            return await RefuseAsync(local, $"what turned up is not what answered: {difference}", cancellation);
        }
        Identity = IdentityUnion.Of(Identity, read);
        await SetAuthorizedAsync(local, authorized: true, cancellation);
        if (await CloseOthersAsync(local, cancellation) is { } notClosed) return await RefuseAsync(local, notClosed, cancellation);
        while (true)
        {
            SysfsUsbDevice now = UsbDevices.TryRead(kernel.Root, local.BusId) ?? throw Gone();
            if (!now.IsBeingReset && now.DeviceNumber != local.DeviceNumber) throw Gone();
            foreach (SysfsUsbInterface part in now.Interfaces)
            {
                if (part.Driver is not null && !SerialDrivers.Contains(part.Driver))
                    return await RefuseAsync(
                        local, $"the driver {part.Driver} took its interface {part.Name}, which is no serial driver", cancellation);
            }
            if (now.Ttys.Count() >= serialPorts) return null;
            try
            {
                await kernelChanged.WaitAsync(AttachTimers.Attach, cancellation);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException(SerialDrivers.WhyNoTty(now, serialPorts), e);
            }
        }
    }

    // What radios.json allows beside the serial interfaces, as that of a debug probe: the radio does not need it here, and no driver may
    // have it. Not before the device is authorized, for until then it has no interfaces; also where no driver has it yet, for its module
    // may come later.
    private async Task<string?> CloseOthersAsync(SysfsUsbDevice local, CancellationToken cancellation)
    {
        SysfsUsbDevice now = UsbDevices.TryRead(kernel.Root, local.BusId) ?? throw Gone();
        foreach (SysfsUsbInterface part in now.Interfaces)
        {
            if (InterfaceKind.Serial.Any(kind => kind.Covers(part.Class))) continue;
            try
            {
                await kernel.Calls.RunAsync(() => kernel.Authorization.DeauthorizeInterface(local.BusId, part.Name), cancellation);
            }
            catch (KernelRefusedException e)
            {
                return $"its interface {part.Name}, which is no serial one, could not be kept from drivers: {e.Message}";
            }
        }
        return null;
    }

    private async Task<AttachOutcome.Refused> RefuseAsync(SysfsUsbDevice local, string reason, CancellationToken cancellation)
    {
        if (UsbDevices.TryRead(kernel.Root, local.BusId) is { Authorized: true })
        {
            try
            {
                await SetAuthorizedAsync(local, authorized: false, cancellation);
            }
            catch (KernelRefusedException)
            {
                // It is gone, or goes with its port in a moment.
            }
        }
        return new AttachOutcome.Refused(reason);
    }

    private Task SetAuthorizedAsync(SysfsUsbDevice local, bool authorized, CancellationToken cancellation) =>
        kernel.Calls.RunAsync(() => kernel.Authorization.SetAuthorized(local.BusId, authorized), cancellation);

    private static IOException Gone() => new("the stick went away while it came up");
}
