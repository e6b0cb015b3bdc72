using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Tests.Golden;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Wire;

/// <summary>What stock tools and kernels said, read by our parsers and written again by our writers.</summary>
public sealed class GoldenTests
{
    private static readonly UsbInterfaceClass s_control = new(0x02, 0x02, 0x01);
    private static readonly UsbInterfaceClass s_data = new(0x0a, 0x00, 0x00);

    [Theory]
    [InlineData("devlist-empty.reply", 0)]
    [InlineData("devlist-one.reply", 1)]
    [InlineData("devlist-two.reply", 2)]
    [InlineData("devlist-in-use.reply", 1)]
    [InlineData("devlist-configured.reply", 2)]
    public void The_stock_servers_list_is_read_and_written_byte_for_byte(string name, int count)
    {
        byte[] golden = GoldenBytes.Read(name);
        ImmutableArray<ExportedDevice> devices = DeviceListReply.Parse(golden, out int consumed);
        Assert.Equal(count, devices.Length);
        Assert.Equal(golden.Length, consumed);
        Assert.Equal(golden, DeviceListReply.Encode(devices));
    }

    [Fact]
    public void The_stock_servers_list_says_what_the_sticks_were()
    {
        ImmutableArray<ExportedDevice> devices = DeviceListReply.Parse(GoldenBytes.Read("devlist-configured.reply"), out _);
        ExportedDevice stick = devices.Single(device => device.BusId == BusId.Parse("17-1"));
        Assert.Equal("/sys/devices/platform/dummy_hcd.0/usb17/17-1", stick.Path);
        Assert.Equal((17u, 2u), (stick.BusNumber, stick.DeviceNumber));
        Assert.Equal(UsbSpeed.High, stick.Speed);
        Assert.Equal("0658:0200", stick.Id.ToString());
        Assert.Equal(0x0101, stick.BcdDevice);
        Assert.Equal((1, 1), (stick.ConfigurationValue, stick.ConfigurationCount));
        Assert.Equal([s_control, s_data], stick.Interfaces);
        Assert.Equal(0x02, devices.Single(device => device.BusId == BusId.Parse("18-1")).DeviceClass);
    }

    /// <summary>
    /// Unbinding the generic driver unconfigures the stick: whoever classifies a stick by a stock list sees no interfaces.
    /// </summary>
    [Fact]
    public void A_freshly_bound_stick_has_no_active_configuration_and_lists_no_interfaces()
    {
        ExportedDevice stick = DeviceListReply.Parse(GoldenBytes.Read("devlist-one.reply"), out _)[0];
        Assert.Equal((0, 1), (stick.ConfigurationValue, stick.ConfigurationCount));
        Assert.Empty(stick.Interfaces);
    }

    [Fact]
    public void A_stick_in_use_is_missing_from_the_stock_servers_list() => Assert.DoesNotContain(
        DeviceListReply.Parse(GoldenBytes.Read("devlist-in-use.reply"), out _), device => device.Id.ToString() == "0658:0200");

    [Fact]
    public void Our_list_request_is_the_stock_clients()
    {
        var bytes = new byte[OpCommon.Size];
        new OpCommon(OpCode.RequestDeviceList).Write(bytes);
        Assert.Equal(GoldenBytes.Read("devlist-one.request"), bytes);
    }

    [Theory]
    [InlineData("import-unknown.request", "7-7")]
    [InlineData("import-busy.request", "17-1")]
    public void Our_import_request_is_the_stock_clients(string name, string busId)
    {
        byte[] golden = GoldenBytes.Read(name);
        var bytes = new byte[ImportRequest.Size];
        ImportRequest.Write(bytes, BusId.Parse(busId));
        Assert.Equal(golden, bytes);
        Assert.Equal(BusId.Parse(busId), ImportRequest.ParseBody(golden.AsSpan(OpCommon.Size)));
    }

    [Theory]
    [InlineData("import-unknown.reply", UsbIpStatus.NoSuchDevice)]
    [InlineData("import-busy.reply", UsbIpStatus.DeviceBusy)]
    public void Our_refusals_are_the_stock_servers(string name, UsbIpStatus status)
    {
        byte[] golden = GoldenBytes.Read(name);
        Assert.Equal(new OpCommon(OpCode.ReplyImport, status), OpCommon.Parse(golden));
        Assert.Equal(golden, ImportReply.EncodeRefusal(status));
    }

    [Fact]
    public void Our_good_import_reply_is_the_stock_servers()
    {
        byte[] golden = GoldenBytes.Read("session.reply")[..ImportReply.Size];
        Assert.Equal(golden, ImportReply.Encode(DeviceRecord.Parse(golden.AsSpan(OpCommon.Size))));
    }

    [Fact]
    public void A_kernels_whole_session_is_read_to_its_last_byte_and_written_byte_for_byte()
    {
        GoldenSession session = GoldenSession.Read();
        Assert.Equal(session.HostBytes, session.Encode(fromHost: true));
        Assert.Equal(session.PiBytes, session.Encode(fromHost: false));
        // Each kind of message must have been there for this test to mean anything.
        Assert.NotEmpty(session.Submits);
        Assert.NotEmpty(session.Unlinks);
        Assert.NotEmpty(session.SubmitReturns);
        Assert.NotEmpty(session.UnlinkReturns);
    }

    [Fact]
    public void Every_unlink_of_the_session_is_answered_and_its_urb_is_not()
    {
        GoldenSession session = GoldenSession.Read();
        foreach (CmdUnlink unlink in session.Unlinks.Values)
        {
            Assert.Equal(RetUnlink.TakenBack, session.UnlinkReturns[unlink.Seqnum].Status);
            Assert.Contains(unlink.UnlinkSeqnum, session.Submits.Keys);
            Assert.DoesNotContain(unlink.UnlinkSeqnum, session.SubmitReturns.Keys);
        }
    }

    [Fact]
    public void The_session_carried_the_data_of_the_serial_port()
    {
        GoldenSession session = GoldenSession.Read();
        Assert.Contains(session.Payloads, payload => "to the host"u8.SequenceEqual(payload));
        Assert.Contains(session.Payloads, payload => "to the radio"u8.SequenceEqual(payload));
    }

    [Fact]
    public void The_sessions_descriptors_are_understood()
    {
        GoldenSession session = GoldenSession.Read();
        DeviceDescriptor device = DeviceDescriptor.Parse(session.Answer(0x0100, 18));
        Assert.Equal("0658:0200", device.Id.ToString());
        ConfigurationDescriptor configuration = ConfigurationDescriptor.Parse(session.Answer(0x0200, 75));
        Assert.Equal([s_control, s_data], configuration.Interfaces);
        ushort langId = StringDescriptor.ParseLangId(session.Answer(0x0300, 255));
        Assert.Equal(0x0409, langId);
        Assert.Equal("Sigma Designs", StringDescriptor.ParseText(session.Answer((ushort)(0x0300 | device.ManufacturerIndex), 255)));
        Assert.Equal("UZB", StringDescriptor.ParseText(session.Answer((ushort)(0x0300 | device.ProductIndex), 255)));
        Assert.Equal("ZW0001", StringDescriptor.ParseText(session.Answer((ushort)(0x0300 | device.SerialIndex), 255)));
    }
}
