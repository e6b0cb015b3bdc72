using System.Globalization;
using Longwire.Lab.Machines;

namespace Longwire.Lab.Sticks;

/// <summary>A stick that the Pi's kernel emulates, with whatever identity and functions.</summary>
internal sealed class GadgetStick : LabStick
{
    private readonly string _name;
    private readonly int[] _insides;

    private GadgetStick(Guest pi, string name, StickModel model, int[] insides)
        : base(pi, model)
    {
        _name = name;
        _insides = insides;
    }

    public static async Task<LabStick> MakeAsync(Guest pi, string name, StickModel model) =>
        new GadgetStick(pi, name, model, await MakeInsidesAsync(pi, name, model));

    public override async Task<ISerialEnd> OpenInsideAsync(int serialPort = 0) => await Machine.OpenAsync(
        string.Create(CultureInfo.InvariantCulture, $"/dev/ttyGS{_insides[serialPort]}"));

    internal override async Task RemakeAsync()
    {
        (await MakeInsidesAsync(Machine, _name, Model)).CopyTo(_insides, 0);
        if (IsPluggedIn) await PlugAsync(Port);
    }

    // The Pi's reset drops whatever its kernel emulates.
    internal override Task PutAwayAsync() => Task.CompletedTask;

    private protected override Task<string> InsertAsync(int port) =>
        Machine.RunAsync(string.Create(CultureInfo.InvariantCulture, $"stick plug {_name} {port}"));

    private protected override Task RemoveAsync() => Machine.RunAsync($"stick pull {_name}");

    private static async Task<int[]> MakeInsidesAsync(Guest pi, string name, StickModel model)
    {
        string insides = await pi.RunAsync(string.Create(CultureInfo.InvariantCulture,
            $"stick make {name} {model.VendorId} {model.ProductId} '{model.Serial}' '{model.Manufacturer}' '{model.Product}' "
                + $"{model.Ports} {(model.Keyboard ? 1 : 0)} '{model.Release}'"));
        return [.. insides.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
    }
}
