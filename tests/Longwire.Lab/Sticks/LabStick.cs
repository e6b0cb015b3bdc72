using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Testing;

namespace Longwire.Lab.Sticks;

/// <summary>A stick that a test holds in its hand: plugged into a port of a Pi, pulled, and plugged in again there or elsewhere.</summary>
public sealed class LabStick
{
    private readonly Guest _pi;
    private readonly string _name;
    private readonly int[] _insides;

    private LabStick(Guest pi, string name, StickModel model, int[] insides)
    {
        _pi = pi;
        _name = name;
        _insides = insides;
        Model = model;
    }

    public StickModel Model { get; }

    /// <summary>The port it is plugged into, or was last.</summary>
    public int Port { get; private set; } = -1;

    public bool IsPluggedIn { get; private set; }

    /// <summary>Its bus id on the Pi, such as 3-1; empty until it was plugged in for the first time.</summary>
    public string BusId { get; private set; } = "";

    internal static async Task<LabStick> MakeAsync(Guest pi, string name, StickModel model)
    {
        string insides = await pi.RunAsync(string.Create(CultureInfo.InvariantCulture,
            $"stick make {name} {model.VendorId} {model.ProductId} '{model.Serial}' '{model.Manufacturer}' '{model.Product}' "
                + $"{model.Ports} {(model.Keyboard ? 1 : 0)}"));
        return new LabStick(
            pi,
            name,
            model,
            [.. insides.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(number => int.Parse(number, CultureInfo.InvariantCulture))]);
    }

    /// <summary>Plugs it in and waits until the Pi's kernel has read it.</summary>
    /// <returns>The Pi's clock at the moment it was plugged in.</returns>
    public async Task<TimeSpan> PlugAsync(int port)
    {
        TimeSpan before = _pi.Now;
        BusId = await _pi.RunAsync(string.Create(CultureInfo.InvariantCulture, $"stick plug {_name} {port}"));
        (Port, IsPluggedIn) = (port, true);
        await _pi.WaitForAsync(
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
        TimeSpan before = _pi.Now;
        await _pi.RunAsync($"stick pull {_name}");
        IsPluggedIn = false;
        return before;
    }

    /// <summary>The inside of the stick: what is written here the radio says, what is read here it was told.</summary>
    /// <param name="function">Which serial port, for a stick with several.</param>
    public Task<GuestStream> OpenInsideAsync(int function = 0) => _pi.OpenAsync(
        string.Create(CultureInfo.InvariantCulture, $"/dev/ttyGS{_insides[function]}"));

    /// <summary>The Pi lost power: its sticks are where they were, but their kernel has forgotten them.</summary>
    internal async Task RemakeAsync()
    {
        LabStick again = await MakeAsync(_pi, _name, Model);
        again._insides.CopyTo(_insides, 0);
        if (IsPluggedIn) await PlugAsync(Port);
    }
}
