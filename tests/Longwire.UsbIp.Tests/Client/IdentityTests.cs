using System.Net.Sockets;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.UsbIp.Tests.Client.ScriptedIdentity;

namespace Longwire.UsbIp.Tests.Client;

public sealed class IdentityTests
{
    // bConfigurationValue 2, one interface of the vendor's own class.
    private static readonly byte[] s_secondConfiguration = Convert.FromHexString("090212000102008032" + "0904000000ff010200");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stick_says_who_it_is()
    {
        var stick = new ScriptedStick();
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal(("0658:0200", 0x0101), (identity.Id.ToString(), identity.BcdDevice));
        Assert.Equal(("Sigma Designs", "UZB", "ZW0001"), (identity.Manufacturer, identity.Product, identity.Serial));
        Assert.Equal([new UsbInterfaceClass(2, 2, 1)], identity.Interfaces);
        Assert.Equal([.. stick.Descriptors[0x0100], .. stick.Descriptors[0x0200]], identity.Descriptors.ToArray());
    }

    [Fact]
    public async Task It_is_asked_in_order_and_for_no_more_than_needed()
    {
        var stick = new ScriptedStick();
        await ReadAsync(stick);
        Assert.Equal(
            [
                (0x0100, 0, 18),
                (0x0200, 0, 9),
                (0x0200, 0, 32),
                (0x0300, 0, 255),
                (0x0301, 0x0409, 255),
                (0x0302, 0x0409, 255),
                (0x0303, 0x0409, 255),
            ],
            stick.Requests.Select(request => ((int)request.Value, (int)request.LangId, (int)request.Length)));
    }

    [Fact]
    public async Task The_stream_stands_between_two_messages_afterwards()
    {
        var stick = new ScriptedStick();
        await using FakeUsbipd server = FakeUsbipd.Start(client => stick.ServeAsync(client));
        using UsbIpConnection connection = await ImportAsync(server, new SteppedClock());
        await connection.ReadIdentityAsync(ScriptedStick.Exported, Cancelled);

        // The next URB is ours to send, as the kernel would: its answer must be the next thing to come.
        var message = new byte[UrbHeader.Size];
        new CmdSubmit
        {
            Seqnum = 1,
            DevId = ScriptedStick.Exported.DevId,
            Direction = UrbDirection.In,
            Ep = 0,
            TransferBufferLength = 18,
            Setup = SetupPacket.GetDescriptor(1, 0, 0, 18),
        }.Write(message);
        await connection.Socket.SendAsync(message, SocketFlags.None, Cancelled);
        var answer = new byte[UrbHeader.Size + 18];
        using var stream = new NetworkStream(connection.Socket);
        await stream.ReadExactlyAsync(answer, Cancelled);
        Assert.Equal(1u, RetSubmit.Parse(answer).Seqnum);
        Assert.Equal(stick.Descriptors[0x0100], answer[UrbHeader.Size..]);
        Assert.Equal(0, connection.Socket.Available);
    }

    [Fact]
    public async Task It_may_be_asked_twice()
    {
        var stick = new ScriptedStick();
        await using FakeUsbipd server = FakeUsbipd.Start(client => stick.ServeAsync(client));
        using UsbIpConnection connection = await ImportAsync(server, new SteppedClock());
        DeviceIdentity first = await connection.ReadIdentityAsync(ScriptedStick.Exported, Cancelled);
        DeviceIdentity second = await connection.ReadIdentityAsync(ScriptedStick.Exported, Cancelled);
        Assert.Equal(first.Serial, second.Serial);
    }

    [Fact]
    public async Task A_string_that_stalls_is_unread()
    {
        var stick = new ScriptedStick();
        stick.Descriptors.Remove(0x0303);
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal(("UZB", null, DeviceTexts.Serial), (identity.Product, identity.Serial, identity.Unread));
    }

    [Fact]
    public async Task A_stick_without_string_indexes_is_asked_for_no_string()
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0100].AsSpan(14, 3).Clear();
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal((null, null, null), (identity.Manufacturer, identity.Product, identity.Serial));
        Assert.Equal(DeviceTexts.None, identity.Unread);
        Assert.DoesNotContain(stick.Requests, request => request.Value >> 8 == 3);
    }

    [Fact]
    public async Task A_stick_that_stalls_its_languages_is_asked_for_no_text_as_the_kernel_does()
    {
        var stick = new ScriptedStick();
        stick.Descriptors.Remove(0x0300);
        Assert.Null((await ReadAsync(stick)).Serial);
        Assert.DoesNotContain(stick.Requests, request => request.Value == 0x0303);
    }

    [Fact]
    public async Task A_stick_that_bears_only_exact_lengths_is_asked_for_them()
    {
        var stick = new ScriptedStick
        {
            Twist = (_, submit, header, data) => submit.Setup.Length == 255 ? Stalled(header) : (header, data),
        };
        Assert.Equal("ZW0001", (await ReadAsync(stick)).Serial);
        Assert.Contains(((ushort)0x0303, (ushort)0x0409, (ushort)14), stick.Requests);
    }

    [Theory]
    [InlineData(2, 0xff)]
    [InlineData(1, 0x02)]
    [InlineData(0, 0x02)] // not configured: the first
    public async Task Of_several_configurations_the_active_one_is_read(byte value, byte interfaceClass)
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0100][17] = 2;
        stick.Descriptors[0x0201] = s_secondConfiguration;
        DeviceIdentity identity = await ReadAsync(stick, ScriptedStick.Exported with { ConfigurationValue = value });
        Assert.Equal(interfaceClass, identity.Interfaces[0].Class);
    }

    [Fact]
    public async Task An_active_configuration_that_does_not_exist_is_a_protocol_error()
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0100][17] = 2;
        stick.Descriptors[0x0201] = s_secondConfiguration;
        await Assert.ThrowsAsync<UsbIpProtocolException>(() => ReadAsync(stick, ScriptedStick.Exported with { ConfigurationValue = 9 }));
    }

    [Fact]
    public async Task Without_an_import_there_is_nothing_to_ask()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ReadIdentityAsync(ScriptedStick.Exported, Cancelled));
    }
}
