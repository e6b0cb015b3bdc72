using System.Net.Sockets;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

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
    public async Task A_string_that_stalls_is_one_it_does_not_have()
    {
        var stick = new ScriptedStick();
        stick.Descriptors.Remove(0x0303);
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal(("UZB", null), (identity.Product, identity.Serial));
    }

    [Fact]
    public async Task A_stick_without_string_indexes_is_asked_for_no_string()
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0100].AsSpan(14, 3).Clear();
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal((null, null, null), (identity.Manufacturer, identity.Product, identity.Serial));
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
        var stick = new ScriptedStick { Twist = (_, submit, header, data) => submit.Setup.Length == 255 ? Stalled(header) : (header, data) };
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
    public async Task A_stick_without_configurations_is_malformed()
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0100][17] = 0;
        await Assert.ThrowsAsync<UsbIpFormatException>(() => ReadAsync(stick));
    }

    [Fact]
    public async Task A_configuration_of_60_KiB_is_not_read()
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0200][3] = 0xf0;
        var e = await Assert.ThrowsAsync<UsbIpFormatException>(() => ReadAsync(stick));
        Assert.Contains("61472", e.Message, StringComparison.Ordinal);
        Assert.Contains("4096", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, stick.Requests.Count);
    }

    [Fact]
    public async Task A_stick_that_changes_between_two_reads_is_a_protocol_error()
    {
        var stick = new ScriptedStick
        {
            Twist = (number, _, header, data) => (header, number == 3 ? [.. data[..5], 2, .. data[6..]] : data),
        };
        var e = await Assert.ThrowsAsync<UsbIpProtocolException>(() => ReadAsync(stick));
        Assert.Contains("changed between two reads", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_wrong_seqnum_is_a_protocol_error(int at)
    {
        var stick = new ScriptedStick { Twist = (number, _, header, data) => (number == at ? header with { Seqnum = header.Seqnum + 1 } : header, data) };
        await Assert.ThrowsAsync<UsbIpProtocolException>(() => ReadAsync(stick));
    }

    [Theory]
    [InlineData(1, 19)]
    [InlineData(2, 10)]
    [InlineData(5, 256)]
    [InlineData(5, int.MaxValue)]
    public async Task More_than_was_asked_for_is_a_protocol_error(int at, int length)
    {
        var stick = new ScriptedStick { Twist = (number, _, header, data) => (number == at ? header with { ActualLength = length } : header, data) };
        var e = await Assert.ThrowsAsync<UsbIpProtocolException>(() => ReadAsync(stick));
        Assert.Contains(length.ToString(System.Globalization.CultureInfo.InvariantCulture), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Less_than_a_descriptor_is_malformed(int at)
    {
        var stick = new ScriptedStick
        {
            Twist = (number, _, header, data) => number == at ? (header with { ActualLength = 8 }, data[..8]) : (header, data),
        };
        Exception e = await Assert.ThrowsAnyAsync<UsbIpException>(() => ReadAsync(stick));
        Assert.True(e is UsbIpFormatException or UsbIpProtocolException, e.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_stall_where_a_descriptor_must_be_is_the_devices_error(int at)
    {
        var stick = new ScriptedStick { Twist = (number, _, header, data) => number == at ? Stalled(header) : (header, data) };
        var e = await Assert.ThrowsAsync<UsbIpTransferException>(() => ReadAsync(stick));
        Assert.Equal(RetSubmit.Stall, e.Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task A_stick_that_is_pulled_in_between_is_the_devices_error(int at)
    {
        const int NoDevice = -19;
        var stick = new ScriptedStick
        {
            Twist = (number, _, header, data) => number == at ? (header with { Status = NoDevice, ActualLength = 0 }, []) : (header, data),
        };
        var e = await Assert.ThrowsAsync<UsbIpTransferException>(() => ReadAsync(stick));
        Assert.Equal(NoDevice, e.Status);
        Assert.Contains("errno 19", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_comes_with_a_stall_does_not_stay_in_the_stream()
    {
        var stick = new ScriptedStick { Twist = (number, _, header, data) => (number == 5 ? header with { Status = RetSubmit.Stall } : header, data) };
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal("ZW0001", identity.Serial);
    }

    [Theory]
    [InlineData(0, "device descriptor")]
    [InlineData(1, "configuration 0")]
    [InlineData(2, "configuration 0")]
    [InlineData(3, "languages")]
    [InlineData(4, "manufacturer")]
    [InlineData(5, "product")]
    [InlineData(6, "serial number")]
    public async Task A_stick_that_falls_silent_meets_the_deadline_and_the_step_is_named(int after, string step)
    {
        var clock = new SteppedClock();
        var stick = new ScriptedStick { Answers = after, FallenSilent = () => clock.Advance(ClientTimers.Descriptors) };
        var e = await Assert.ThrowsAsync<TimeoutException>(() => ReadAsync(stick, clock: clock));
        Assert.Matches($@"^reading the {step} of 1-1\.4 at 127\.0\.0\.1:\d+: not done within 2 s$", e.Message);
    }

    [Fact]
    public async Task The_deadline_is_for_all_descriptors_together()
    {
        var clock = new SteppedClock();
        var stick = new ScriptedStick
        {
            Twist = (_, _, header, data) =>
            {
                clock.Advance(ClientTimers.Descriptors / 4);
                return (header, data);
            },
        };
        await Assert.ThrowsAsync<TimeoutException>(() => ReadAsync(stick, clock: clock));
        Assert.InRange(stick.Requests.Count, 1, 5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(65)]
    public async Task An_answer_cut_anywhere_is_a_closed_connection(int length)
    {
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(ImportReply.Encode(ScriptedStick.Exported));
            CmdSubmit submit = CmdSubmit.Parse(await client.ReceiveAsync(UrbHeader.Size));
            var answer = new byte[UrbHeader.Size + 18];
            new RetSubmit { Seqnum = submit.Seqnum, Status = 0, ActualLength = 18 }.Write(answer);
            await client.SendAsync(answer.AsMemory(0, length));
        });
        using UsbIpConnection connection = await ImportAsync(server, new SteppedClock());
        await Assert.ThrowsAsync<UsbIpClosedException>(() => connection.ReadIdentityAsync(ScriptedStick.Exported, Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ReadIdentityAsync(ScriptedStick.Exported, Cancelled));
    }

    [Fact]
    public async Task Without_an_import_there_is_nothing_to_ask()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.ReadIdentityAsync(ScriptedStick.Exported, Cancelled));
    }

    private static (RetSubmit Header, byte[] Data) Stalled(RetSubmit header) => (header with { Status = RetSubmit.Stall, ActualLength = 0 }, []);

    private static async Task<DeviceIdentity> ReadAsync(ScriptedStick stick, ExportedDevice? exported = null, TimeProvider? clock = null)
    {
        exported ??= ScriptedStick.Exported;
        await using FakeUsbipd server = FakeUsbipd.Start(client => stick.ServeAsync(client, exported));
        using UsbIpConnection connection = await ImportAsync(server, clock ?? new SteppedClock());
        return await connection.ReadIdentityAsync(exported, Cancelled);
    }

    private static async Task<UsbIpConnection> ImportAsync(FakeUsbipd server, TimeProvider clock)
    {
        UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, new ConnectOptions { TimeProvider = clock }, Cancelled);
        await connection.ImportAsync(ScriptedStick.Exported.BusId, Cancelled);
        return connection;
    }
}
