using System.Collections.Frozen;
using Longwire.Attach.Ports;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

/// <summary>Of all that the kernel says of vhci, an attachment on the port of 3-1 hears what concerns it.</summary>
public sealed class PortNewsTests
{
    private const string Hub = "/devices/platform/vhci_hcd.0/usb3";

    private readonly PortNews _news = new(TimeProvider.System);

    [Theory]
    [InlineData(Hub + "/3-1", true)]
    [InlineData(Hub + "/3-1/3-1:1.0", true)]
    [InlineData(Hub + "/3-1/3-1:1.0/tty/ttyACM0", true)]
    [InlineData(Hub + "/3-1/3-1:1.0/ttyUSB0/tty/ttyUSB0", true)]
    [InlineData(Hub + "/3-2", false)]
    [InlineData(Hub + "/3-2/3-2:1.0/tty/ttyACM1", false)]
    [InlineData(Hub + "/3-10", false)]
    [InlineData(Hub + "/3-10/3-10:1.0/tty/ttyACM9", false)]
    [InlineData("/devices/platform/vhci_hcd.0/usb13/13-1", false)]
    [InlineData("/devices/platform/vhci_hcd.1/usb5/5-1", false)]
    [InlineData(Hub, false)]
    [InlineData(Hub + "/3-0:1.0", false)]
    [InlineData("/module/vhci_hcd", false)]
    public async Task What_is_of_the_device_on_its_port_is_heard_and_what_is_of_others_is_not(string path, bool heard)
    {
        _news.Follow(BusId.Parse("3-1"), UsbId.Parse("0658:0200"));
        _news.Hear(News(path));
        Assert.Equal(heard, await WasHeardAsync());
    }

    // Two devices of a kind may have one by-id name between them, and the later one takes it.
    [Theory]
    [InlineData("658/200/123", true)]
    [InlineData("658/200/0", true)]
    [InlineData("658/2000/123", false)]
    [InlineData("1658/200/123", false)]
    [InlineData("10c4/ea60/100", false)]
    public async Task What_is_of_another_of_its_kind_is_heard(string product, bool heard)
    {
        _news.Follow(BusId.Parse("3-1"), UsbId.Parse("0658:0200"));
        _news.Hear(News(Hub + "/3-2", product));
        Assert.Equal(heard, await WasHeardAsync());
    }

    [Fact]
    public async Task That_news_was_lost_is_heard()
    {
        _news.Follow(BusId.Parse("3-1"), UsbId.Parse("0658:0200"));
        _news.Hear(Uevent.Overrun);
        Assert.True(await WasHeardAsync());
    }

    [Fact]
    public async Task Without_a_port_nothing_is_heard_and_on_a_port_whose_device_cannot_be_named_yet_everything()
    {
        _news.Hear(News(Hub + "/3-1"));
        _news.Hear(Uevent.Overrun);
        Assert.False(await WasHeardAsync());
        _news.Follow(null, UsbId.Parse("0658:0200"));
        _news.Hear(News("/devices/platform/vhci_hcd.0/usb9"));
        Assert.True(await WasHeardAsync());
    }

    private Task<bool> WasHeardAsync() => _news.Changed.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);

    private static Uevent News(string path, string? product = null) => new()
    {
        Action = "add",
        DevPath = path,
        Subsystem = "usb",
        DevType = "usb_device",
        Properties = product is null
            ? FrozenDictionary<string, string>.Empty
            : new Dictionary<string, string> { ["PRODUCT"] = product }.ToFrozenDictionary(StringComparer.Ordinal),
    };
}
