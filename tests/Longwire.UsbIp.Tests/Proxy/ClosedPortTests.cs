using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>A port that is closed while held loses what waited for its radio: nobody wants it any more.</summary>
public sealed class ClosedPortTests
{
    private static readonly SetupPacket s_dtrDown = new(0x21, 0x22, 0, 0, 0);
    private static readonly SetupPacket s_dtrUp = new(0x21, 0x22, 3, 0, 0);

    private readonly ProxyBench _bench = new(new UrbProxyOptions
    {
        HeldBytesPerSecond = 0,
        Ports = [new SerialPort(2, 1, 0), new SerialPort(4, 3, 1)],
    });

    public ClosedPortTests()
    {
        _bench.In(1);
        _bench.In(2);
        _bench.In(3, ep: 4);
    }

    [Fact]
    public void With_dtr_down_and_no_in_left_it_is_closed_at_once_and_the_other_port_is_not()
    {
        _bench.ToFar();
        _bench.Hold();
        _bench.Out(4, "given up");
        _bench.Out(5, "other", ep: 3);
        _bench.Control(6, s_dtrDown);
        _bench.Unlink(7, 1);
        Assert.Equal(0, _bench.Proxy.Counters.OutsClosed);
        _bench.Unlink(8, 2);
        Assert.Equal(1, _bench.Proxy.Counters.OutsClosed);
        _bench.Control(9, s_dtrUp);
        _bench.In(10);
        _bench.Out(11, "reopened");
        _bench.Proxy.Resume(_bench.Now);
        Assert.Equal("setffff0000 21 22 3, out5 other, out11 reopened", _bench.ToFar());
    }

    [Fact]
    public void The_order_of_dtr_and_unlinks_does_not_matter()
    {
        _bench.Hold();
        _bench.Out(4, "given up");
        _bench.Unlink(5, 1);
        _bench.Unlink(6, 2);
        _bench.Control(7, s_dtrDown with { Index = 1 }); // of the other port
        Assert.Equal(0, _bench.Proxy.Counters.OutsClosed);
        _bench.Control(8, s_dtrDown);
        Assert.Equal(1, _bench.Proxy.Counters.OutsClosed);
    }

    [Fact]
    public void Without_an_in_for_half_a_second_it_is_closed_whatever_its_lines()
    {
        _bench.Hold();
        _bench.Out(4, "given up");
        _bench.Unlink(5, 1);
        _bench.Unlink(6, 2);
        TimeSpan closed = _bench.Now + TimeSpan.FromSeconds(0.5);
        Assert.Equal(closed, _bench.Proxy.NextDue);
        _bench.Proxy.Tick(closed - TimeSpan.FromTicks(1));
        Assert.Equal(0, _bench.Proxy.Counters.OutsClosed);
        _bench.Proxy.Tick(closed);
        Assert.Equal(1, _bench.Proxy.Counters.OutsClosed);
        Assert.Null(_bench.Proxy.NextDue);
    }

    [Fact]
    public void A_port_without_an_in_that_is_written_to_is_open()
    {
        _bench.Hold();
        _bench.Unlink(5, 1);
        _bench.Unlink(6, 2);
        _bench.Now += TimeSpan.FromSeconds(3);
        _bench.Out(7, "nobody reads, but somebody writes");
        _bench.Now += TimeSpan.FromSeconds(0.4);
        _bench.Proxy.Tick(_bench.Now);
        Assert.Equal(0, _bench.Proxy.Counters.OutsClosed);
        _bench.Now += TimeSpan.FromSeconds(0.1);
        _bench.Proxy.Tick(_bench.Now);
        Assert.Equal(1, _bench.Proxy.Counters.OutsClosed);
    }

    [Fact]
    public void Opened_again_in_time_it_was_not_closed()
    {
        _bench.Hold();
        _bench.Out(4, "kept");
        _bench.Unlink(5, 1);
        _bench.Unlink(6, 2);
        _bench.Now += TimeSpan.FromSeconds(0.4);
        _bench.In(7);
        _bench.Now += TimeSpan.FromSeconds(0.4);
        Assert.Null(_bench.Proxy.NextDue);
        _bench.Proxy.Resume(_bench.Now);
        Assert.Contains("out4 kept", _bench.ToFar(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_sent_and_did_not_arrive_is_not_sent_again_after_the_port_was_closed()
    {
        long before = _bench.Proxy.ToFar.Length;
        _bench.Out(4, "given up");
        _bench.ToFar();
        _bench.Hold();
        _bench.Control(5, s_dtrDown);
        _bench.Unlink(6, 1);
        _bench.Unlink(7, 2);
        _bench.Proxy.Resume(_bench.Now, received: before);
        Assert.Equal("setffff0000 21 22 0", _bench.ToFar());
        Assert.Equal(1, _bench.Proxy.Counters.OutsClosed);
    }

    [Theory]
    [InlineData(0x21, 0x22, 0x0000, true, false)]
    [InlineData(0x21, 0x22, 0x0001, true, true)]
    [InlineData(0x40, 0x01, 0x0100, true, false)]
    [InlineData(0x40, 0x01, 0x0101, true, true)]
    [InlineData(0x40, 0x01, 0x0200, false, false)] // FTDI: RTS alone
    [InlineData(0x41, 0x07, 0x0300, true, false)]
    [InlineData(0x41, 0x07, 0x0303, true, true)]
    [InlineData(0x40, 0xA4, 0xFF9F, true, true)]
    [InlineData(0x40, 0xA4, 0xFFFF, true, false)]
    [InlineData(0x40, 0x03, 0x0000, false, false)]
    public void Dtr_is_read_from_each_kind_of_stick(byte requestType, byte request, int value, bool sets, bool up)
    {
        var setup = new byte[8];
        new SetupPacket(requestType, request, (ushort)value, 5, 0).Write(setup);
        Assert.Equal(sets, ControlRequests.TryReadDtr(setup, SerialChip.Other, out ushort index, out bool isUp));
        if (sets) Assert.Equal((5, up), (index, isUp));
    }
}
