using Longwire.Lab.Machines;
using Longwire.Testing;

namespace Longwire.Lab.Sticks;

/// <summary>A stick that a test holds in its hand: plugged into a port of a Pi, pulled, and plugged in again there or elsewhere.</summary>
public abstract class LabStick
{
    private protected LabStick(Guest pi, StickModel model)
    {
        Machine = pi;
        Model = model;
    }

    public StickModel Model { get; }

    /// <summary>The port it is plugged into, or was last.</summary>
    public int Port { get; private set; } = -1;

    public bool IsPluggedIn { get; private set; }

    /// <summary>Its bus id on the Pi, such as 3-1; empty until it was plugged in for the first time.</summary>
    public string BusId { get; private set; } = "";

    private protected Guest Machine { get; }

    /// <summary>Plugs it in and waits until the Pi's kernel has read it.</summary>
    /// <returns>The Pi's clock at the moment it was plugged in.</returns>
    public async Task<TimeSpan> PlugAsync(int port)
    {
        TimeSpan before = Machine.Now;
        BusId = await InsertAsync(port);
        (Port, IsPluggedIn) = (port, true);
        await Machine.WaitForAsync(
            $"read -r vendor </sys/bus/usb/devices/{BusId}/idVendor && [ $vendor = {Model.VendorId} ]",
            Deadlines.Patience, $"a stick in port {port}");
        return before;
    }

    /// <summary>Plugs it in again, where it was.</summary>
    public Task<TimeSpan> PlugAsync() => PlugAsync(Port);

    /// <summary>Pulls it out.</summary>
    /// <returns>The Pi's clock at the moment it was pulled.</returns>
    public async Task<TimeSpan> PullAsync()
    {
        TimeSpan before = Machine.Now;
        await RemoveAsync();
        IsPluggedIn = false;
        return before;
    }

    /// <summary>The inside of the stick: what is written here the radio says, what is read here it was told.</summary>
    /// <param name="serialPort">Which serial port, for a stick with several.</param>
    public abstract Task<ISerialEnd> OpenInsideAsync(int serialPort = 0);

    /// <summary>The Pi lost power: its sticks are where they were, but their kernel has forgotten them.</summary>
    internal abstract Task RemakeAsync();

    /// <summary>The test is over: its connection has been given back, or the Pi is off.</summary>
    internal abstract Task PutAwayAsync();

    /// <returns>Its bus id.</returns>
    private protected abstract Task<string> InsertAsync(int port);

    private protected abstract Task RemoveAsync();
}
