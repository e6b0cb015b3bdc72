using System.Text.Json;
using Longwire.Composition;
using Longwire.Tests.Commands;
using Xunit;

namespace Longwire.Tests.Inventory;

public sealed class LocalSticksTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Known_sticks_will_be_exported_and_doubtful_ones_are_shown_with_their_line()
    {
        Plug("1-1", "0658", "0200");
        Plug("1-2", "10c4", "ea60", product: "CP2102 USB to UART Bridge Controller", serial: "0001");
        Plug("1-3", "10c4", "ea60", product: "SkyConnect v1.0", serial: "abc");
        Plug("1-4", "046d", "c31c", product: "Keyboard");

        JsonElement[] radios = await ListAsync();

        Assert.Equal(["1-1", "1-2", "1-3"], radios.Select(radio => radio.GetProperty("bus_id").GetString()));
        Assert.Equal(["wanted", "not_wanted", "wanted"], radios.Select(radio => radio.GetProperty("verdict").GetString()));
        Assert.Equal(
            ["- match: \"0658:0200\"", "- match: \"10c4:ea60:0001\"", "- match: \"10c4:ea60:abc\""],
            radios.Select(radio => radio.GetProperty("line").GetString()));
        Assert.Equal("Home Assistant SkyConnect", radios[2].GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, radios[0].GetProperty("serial").ValueKind);
    }

    [Fact]
    public async Task Named_sticks_and_no_others_will_be_exported()
    {
        Plug("1-1", "0658", "0200");
        Plug("1-2", "10c4", "ea60", serial: "0001");

        JsonElement[] radios = await ListAsync("--options", _run.Write("export.yaml", "radios: ['10c4:ea60:0001']"));

        Assert.Equal(["not_wanted", "wanted"], radios.Select(radio => radio.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task Twins_without_serials_are_told_apart_by_their_ports()
    {
        Plug("1-1.2", "0658", "0200");
        Plug("1-1.3", "0658", "0200");

        Assert.Equal(
            ["- match: \"0658:0200@1.2\"", "- match: \"0658:0200@1.3\""],
            (await ListAsync()).Select(radio => radio.GetProperty("line").GetString()));
    }

    [Fact]
    public async Task What_came_over_the_network_is_no_stick_of_this_machine()
    {
        Plug("3-1", "0658", "0200", controller: "platform/vhci_hcd.0");

        JsonElement radio = Assert.Single(await ListAsync());

        Assert.Equal("not_wanted", radio.GetProperty("verdict").GetString());
        Assert.Contains("came here over USB/IP", radio.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, radio.GetProperty("line").ValueKind);
    }

    [Fact]
    public async Task A_machine_without_radios_says_so_and_a_name_cannot_break_the_table()
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync("list"));
        Assert.Contains("Nothing here looks like a radio", _run.Output.ToString(), StringComparison.Ordinal);

        Plug("1-1", "10c4", "ea60", product: "evil\e[2Jstick");
        Assert.Equal(ExitCode.Done, await _run.RunAsync("list"));
        Assert.DoesNotContain('\e', _run.Output.ToString());
    }

    private async Task<JsonElement[]> ListAsync(params string[] more)
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync(["list", "--json", .. more]));
        Assert.Empty(_run.Error.ToString());
        using var json = JsonDocument.Parse(_run.Output.ToString());
        return [.. json.RootElement.GetProperty("radios").EnumerateArray().Select(radio => radio.Clone())];
    }

    // As much of sysfs as a device has before any driver is bound.
    private void Plug(
        string busId,
        string vendor,
        string productId,
        string? product = null,
        string? serial = null,
        string controller = "platform/soc/x.usb")
    {
        string folder = Path.Combine(_run.Folder, $"sys/devices/{controller}/usb{busId[0]}", busId);
        Directory.CreateDirectory(folder);
        void Attribute(string name, string value) => File.WriteAllText(Path.Combine(folder, name), value + "\n");
        Attribute("idVendor", vendor);
        Attribute("idProduct", productId);
        Attribute("bcdDevice", "0100");
        Attribute("bDeviceClass", "00");
        Attribute("bDeviceSubClass", "00");
        Attribute("bDeviceProtocol", "00");
        Attribute("busnum", busId[..1]);
        Attribute("devnum", "4");
        Attribute("bNumConfigurations", "1");
        Attribute("speed", "12");
        Attribute("authorized", "1");
        File.WriteAllBytes(Path.Combine(folder, "descriptors"), [18, 1, 0, 2, 0, 0, 0, 64, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
        if (product is not null) Attribute("product", product);
        if (serial is not null) Attribute("serial", serial);
        Directory.CreateDirectory(Path.Combine(_run.Folder, "sys/bus/usb/devices"));
        File.CreateSymbolicLink(Path.Combine(_run.Folder, "sys/bus/usb/devices", busId), folder);
    }
}
