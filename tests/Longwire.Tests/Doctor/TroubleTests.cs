using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Doctor;
using Longwire.Radios;
using Longwire.Tests.Attach;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>Known trouble of the radios that are there, on either side.</summary>
public sealed class TroubleTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    public static TheoryData<string, string?, string, string, string> Known => new()
    {
        {
            "0658:0200", null, "not_seen_at_pi_4",
            "A Raspberry Pi 4 often does not see a Z-Stick Gen5 of the first make at its own ports, but sees it behind a USB hub",
            "If yours stays away after a restart, put a USB hub between it and the Pi; the Gen5+ of 2020 needs none."
        },
        {
            "1cf1:0030", "ConBee II", "disturbed_by_usb_3",
            "Zigbee and Thread use 2.4 GHz, where USB 3 ports, cables and disks disturb them: devices of the network become hard to reach",
            "Take the stick away from these, and from the Pi itself, with a shielded extension cable."
        },
        {
            "0451:16a8", "TI CC2531 USB CDC", "weak_chip",
            "Its chip may be too weak for today's Zigbee firmware, and those who write the program for it advise against it",
            "If your network is slow or loses devices, move to a stick with a newer chip, as a CC2652."
        },
        {
            "1a86:55d4", "800 Z-Wave Stick", "z_wave_800_firmware",
            "Firmware of the 800 series that was made with Z-Wave SDK before 7.17.2, or 7.20 to 7.21.3, can make the stick stop answering",
            "See in Z-Wave JS which SDK its firmware has, and if it is one of these, update it, best to 7.22."
        },
    };

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Known))]
    public async Task Each_known_trouble_is_told_of_a_stick_that_is_plugged_in(
        string id, string? product, string trouble, string sentence, string remedy)
    {
        _bench.Sysfs.Plug(id: id, product: product);
        Finding found = await _bench.FindAsync(new PiTroublesCheck(), subject: trouble);
        string name = KnownRadios.Default.Recognise(UsbId.Parse(id), product, "Sigma")!.Name;
        Assert.Equal(
            (FindingLevel.Note, $"{sentence} (here: {name} at 1-1).", remedy), (found.Level, found.Found, found.Remedy));
    }

    [Theory]
    [MemberData(nameof(Known))]
    public async Task Each_known_trouble_is_told_of_a_radio_that_is_remembered(
        string id, string? product, string trouble, string sentence, string remedy)
    {
        _bench.Remembers(Radio("a", id, product));
        Finding found = await _bench.FindAsync(new HostTroublesCheck(), subject: trouble);
        Assert.Equal((FindingLevel.Note, $"{sentence} (here: a).", remedy), (found.Level, found.Found, found.Remedy));
    }

    [Fact]
    public async Task One_trouble_of_many_radios_is_told_once()
    {
        ImmutableArray<RadioMemory> radios = [.. "abcde".Select(name => Radio(name.ToString(), "1cf1:0030", null))];
        _bench.Remembers(radios);
        Finding found = Assert.Single(await _bench.RunAsync(new HostTroublesCheck()));
        Assert.EndsWith("(here: a, b, c and 2 more).", found.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_radio_without_known_trouble_none_is_told_and_where_there_is_no_radio_nothing()
    {
        Assert.Empty(await _bench.RunAsync(new HostTroublesCheck()));
        Assert.Empty(await _bench.RunAsync(new PiTroublesCheck()));
        // The chip alone is in other things, too.
        _bench.Remembers(Radio("a", "303a:4001", "ZWA-2") with { Manufacturer = "Nabu Casa" }, Radio("b", "10c4:ea60", null));
        Finding found = Assert.Single(await _bench.RunAsync(new HostTroublesCheck()));
        Assert.Equal((FindingLevel.Ok, "Of none of them is any known."), (found.Level, found.Found));
    }

    [Fact]
    public void Every_trouble_of_the_file_is_on_this_page() =>
        Assert.Equal(
            KnownRadios.Default.Troubles.Select(trouble => trouble.Name).Order(), Known.Select(row => row.Data.Item3).Order());

    private static RadioMemory Radio(string name, string id, string? product) =>
        AttachBench.Known(name) with { UsbId = id, Product = product, Manufacturer = "Sigma" };
}
