using Longwire.Lab.Containers;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab;

/// <summary>What carries a radio from a Pi to a host in a test.</summary>
public enum PiSide
{
    /// <summary><c>longwire export</c>.</summary>
    Longwire,

    /// <summary>The distribution's usbipd with the classic recipe.</summary>
    Stock,

    /// <summary><c>longwire export</c>, to which the host is paired.</summary>
    Link,
}

/// <summary>What attaches on the host.</summary>
public enum HostSide
{
    /// <summary><c>longwire attach</c>, with all of root's rights.</summary>
    Program,

    /// <summary>The image as the Supervisor runs it, behind NAT, with its AppArmor profile enforced.</summary>
    AddOn,
}

/// <summary>A test of the main job: a stick in the attic, attached in the house, shown by the broker.</summary>
public abstract class RadioTest(Home home) : LabTest(home)
{
    protected const string ZWave = "0658_0200_ZW0001";
    protected const string ZWavePath = "/dev/serial/by-id/usb-Sigma_Designs_UZB_ZW0001-if00";
    protected const string ZigbeePath = "/dev/serial/by-id/usb-dresden_elektronik_ConBee_II_DE2400001-if00";

    protected static AddOn AddOn { get; } = AddOn.Read();

    protected Watch Watch => Home.Broker.Watch;

    /// <summary>Everything on: the stick plugged in, the Pi exporting, the broker up, Longwire attaching, the radio attached.</summary>
    protected async Task<LabStick> BringUpAsync(
        PiSide side, StickModel? model = null, string more = "", HostSide host = HostSide.Program) =>
        (await BringUpAllAsync(side, [model ?? StickModel.ZWave], more, host))[0];

    /// <summary>The same with several sticks, each in a port of its own.</summary>
    protected async Task<IReadOnlyList<LabStick>> BringUpAllAsync(
        PiSide side, IReadOnlyList<StickModel> models, string more = "", HostSide host = HostSide.Program)
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        List<LabStick> sticks = [];
        foreach (StickModel model in models) sticks.Add(await Home.Attic.PlugAsync(model, sticks.Count));
        await ExportAsync(Home.Attic, side, [.. models]);
        await StartAttachAsync(host, Home.Options([Home.Attic], Naming(models) + more));
        foreach (StickModel model in models)
        {
            await UntilConnectedAsync(model);
            await UntilToldAsync(IdOf(model));
        }
        return sticks;
    }

    /// <summary>
    /// Waits for the event of a radio's first attachment, which may be held back behind its discovery: whoever waits for the next one must
    /// not take this one for it. What was attached before anybody listened is told as a state alone.
    /// </summary>
    protected async Task UntilToldAsync(string radio)
    {
        Message first = Watch.Messages.First(message => message.Topic == $"longwire/radio/{radio}/state");
        if (!first.Payload.Contains("\"connected\":true", StringComparison.Ordinal)) await UntilEventAsync(radio, "attached", 0);
    }

    /// <summary>Starts what attaches, with the options that were written last if none are given.</summary>
    protected async Task StartAttachAsync(HostSide host, string? options = null)
    {
        if (host == HostSide.Program) await Home.Host.StartAttachAsync(options);
        else await AddOn.StartAsync(Home.Host, options is null ? null : AddOn.OptionsJson(options));
    }

    protected static async Task ExportAsync(Pi pi, PiSide side, params StickModel[] models)
    {
        if (side == PiSide.Stock) await pi.StartStockAsync([.. models.Select(model => model.UsbId)]);
        else await pi.StartExportAsync(Pi.DefaultExportOptions + Naming(models));
        await pi.WaitUntilItServesAsync(Patience);
        if (side == PiSide.Link) await pi.PairAsync();
    }

    // Once one is named, those are all.
    private static string Naming(IReadOnlyList<StickModel> models) => models.Any(model => model.MustBeNamed)
        ? $"radios:\n{string.Concat(models.Select(model => $"  - match: \"{model.UsbId}\"\n"))}"
        : "";

    protected Task UntilConnectedAsync(StickModel model) => UntilConnectedAsync(IdOf(model));

    protected Task UntilConnectedAsync(string radio) =>
        Watch.WaitUntilAsync(house => Connected(house, radio) == "on", Patience, $"{radio} is connected", Cancelled);

    protected Task UntilStatusAsync(string radio, string status) =>
        Watch.WaitUntilAsync(house => house.State(DeviceId(radio), "status") == status, Patience, $"{radio} is {status}", Cancelled);

    protected static string Connected(Entities house, string radio) => house.State(DeviceId(radio), "connected");

    protected static string DeviceId(string radio) => $"longwire_radio_{radio}";

    protected static string IdOf(StickModel model) => model.Serial.Length > 0
        ? $"{model.UsbId.Replace(':', '_')}_{model.Serial}"
        : $"attic_{model.UsbId.Replace(':', '_')}";

    /// <summary>The next event of a radio from a point on.</summary>
    protected Task<Message> UntilEventAsync(string radio, string type, int from) =>
        Watch.WaitForAsync(
            message => message.Topic == $"longwire/radio/{radio}/event"
                && message.Payload.Contains($"\"{type}\"", StringComparison.Ordinal),
            Patience, $"{radio}: event {type}", from, Cancelled);

    /// <summary>Serial data both ways, through every part there is.</summary>
    protected async Task CarriesDataAsync(LabStick stick, string path, int bytes = 256, Guest? host = null)
    {
        // The tty first: it is there once the host has set the stick's configuration, and that hangs up whoever has the inside open.
        using GuestStream tty = await (host ?? Home.Host).OpenAsync(path);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        byte[] said = [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 7))];
        await tty.WriteAsync(said, Cancelled);
        Assert.Equal(said, await inside.ReadExactlyAsync(said.Length, Patience));
        await inside.WriteAsync(said, Cancelled);
        Assert.Equal(said, await tty.ReadExactlyAsync(said.Length, Patience));
    }
}
