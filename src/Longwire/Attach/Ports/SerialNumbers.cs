using Longwire.Platform;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Ports;

/// <summary>
/// The serials of USB devices, other people's among them. Reading one takes the device's lock, which a silent peer can hold: each is read
/// once per device, on a thread of its own, and no radio waits for another's.
/// </summary>
/// <param name="read">May block.</param>
internal sealed class SerialNumbers(TimeProvider time, Func<SysfsUsbDevice, string> read)
{
    private readonly Lock _gate = new();
    private readonly BlockingCalls _calls = new();
    private readonly Dictionary<(BusId BusId, uint DeviceNumber), Task<string>> _reads = [];

    public SerialNumbers(TimeProvider time)
        : this(time, Read)
    {
    }

    /// <summary>
    /// What is known by now, empty for a device without a serial. What is asked for the first time has a moment to answer; what has not
    /// answered is left out, and is known later if it ever does.
    /// </summary>
    /// <param name="present">Every device that any radio may ask for; others are forgotten.</param>
    /// <param name="wanted">Those of them whose serial matters now.</param>
    public async Task<IReadOnlyDictionary<BusId, string>> KnownAsync(
        IReadOnlyCollection<SysfsUsbDevice> present, IReadOnlyCollection<SysfsUsbDevice> wanted, CancellationToken cancellationToken)
    {
        try
        {
            if (Begin(present, wanted) is { Count: > 0 } begun)
            {
                await Task.WhenAll(begun).WaitAsync(AttachTimers.SerialLinksStep, time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            // Its peer is silent, or the machine is busy.
        }
        return Answered(wanted);
    }

    private Dictionary<BusId, string> Answered(IReadOnlyCollection<SysfsUsbDevice> wanted)
    {
        var known = new Dictionary<BusId, string>();
        lock (_gate)
        {
            foreach (SysfsUsbDevice device in wanted)
            {
                if (_reads.GetValueOrDefault(Key(device)) is { IsCompletedSuccessfully: true } reading)
                {
                    known[device.BusId] = reading.Result;
                }
            }
        }
        return known;
    }

    private List<Task<string>> Begin(IReadOnlyCollection<SysfsUsbDevice> present, IReadOnlyCollection<SysfsUsbDevice> wanted)
    {
        var begun = new List<Task<string>>();
        lock (_gate)
        {
            HashSet<(BusId, uint)> there = [.. present.Select(Key)];
            foreach ((BusId, uint) gone in _reads.Keys.Where(key => !there.Contains(key)).ToArray()) _reads.Remove(gone);
            foreach (SysfsUsbDevice device in wanted)
            {
                if (_reads.ContainsKey(Key(device))) continue;
                Task<string> reading = _calls.RunAsync(() => read(device), CancellationToken.None);
                _reads.Add(Key(device), reading);
                begun.Add(reading);
            }
        }
        return begun;
    }

    private static (BusId BusId, uint DeviceNumber) Key(SysfsUsbDevice device) => (device.BusId, device.DeviceNumber);

    private static string Read(SysfsUsbDevice device)
    {
        try
        {
            return File.ReadAllText(Path.Combine(device.Folder, "serial")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
