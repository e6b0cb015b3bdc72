using System.Runtime.InteropServices;
using Longwire.Export;
using Longwire.Export.Stock;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Export.Stock;

public sealed class StockOffersTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly OfferFeed _feed = new(TimeProvider.System);

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void The_list_is_encoded_anew_when_something_changed_and_not_before()
    {
        var offers = new StockOffers(_feed);
        Offer free = Plug("1-1", StickState.Offered);
        _feed.Publish([free]);
        ReadOnlyMemory<byte> first = offers.ListReply;
        _feed.Publish([free]);
        Assert.True(MemoryMarshal.TryGetArray(first, out ArraySegment<byte> one));
        Assert.True(MemoryMarshal.TryGetArray(offers.ListReply, out ArraySegment<byte> same));
        Assert.Same(one.Array, same.Array);
        _feed.Publish([free with { State = StickState.InUse }]);
        Assert.Empty(DeviceListReply.Parse(offers.ListReply.Span, out int consumed));
        NoticeEntry entry = Assert.Single(LongwireListExtension.Parse(offers.ListReply.Span[consumed..]).Entries);
        Assert.Equal(NoticeReason.InUse, entry.Reason);
    }

    [Fact]
    public void Offers_are_listed_by_bus_id_whatever_order_they_came_in()
    {
        _feed.Publish([Plug("1-2", StickState.Offered), Plug("1-1", StickState.Offered)]);
        Assert.Equal(
            ["1-1", "1-2"],
            DeviceListReply.Parse(new StockOffers(_feed).ListReply.Span, out _).Select(device => device.BusId.ToString()));
    }

    [Fact]
    public void A_path_that_does_not_fit_its_field_is_cut_and_costs_nobody_the_list()
    {
        Offer odd = Plug("1-1", StickState.Offered);
        odd = odd with { Device = odd.Device with { DevicePath = "/sys/devices/\u00e9\n" + new string('x', 400) } };
        _feed.Publish([odd, Plug("1-2", StickState.Offered)]);
        ReadOnlySpan<byte> reply = new StockOffers(_feed).ListReply.Span;
        Assert.Equal(2, DeviceListReply.Parse(reply, out _).Length);
        Assert.StartsWith("/sys/devices/??xx", DeviceListReply.Parse(reply, out _)[0].Path, StringComparison.Ordinal);
        Assert.Equal(UsbIpStatus.Ok, OpCommon.Parse(StockOffers.EncodeImport(odd)).Status);
    }

    private Offer Plug(string busId, StickState state)
    {
        _sysfs.Plug(busId);
        SysfsUsbDevice device = UsbDevices.TryRead(_sysfs.Root, BusId.Parse(busId))!;
        return new Offer(device, device.ReadIdentity()!, state);
    }
}
