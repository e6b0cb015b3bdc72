using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.UsbIp.Tests.Client.ScriptedIdentity;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>Sticks that answer wrongly, late or never when they are asked who they are.</summary>
public sealed class BadIdentityTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

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
        var stick = new ScriptedStick
        {
            Twist = (number, _, header, data) => (number == at ? header with { Seqnum = header.Seqnum + 1 } : header, data),
        };
        await Assert.ThrowsAsync<UsbIpProtocolException>(() => ReadAsync(stick));
    }

    [Theory]
    [InlineData(1, 19)]
    [InlineData(2, 10)]
    [InlineData(5, 256)]
    [InlineData(5, int.MaxValue)]
    public async Task More_than_was_asked_for_is_a_protocol_error(int at, int length)
    {
        var stick = new ScriptedStick
        {
            Twist = (number, _, header, data) => (number == at ? header with { ActualLength = length } : header, data),
        };
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
        var stick = new ScriptedStick
        {
            Twist = (number, _, header, data) => (number == 5 ? header with { Status = RetSubmit.Stall } : header, data),
        };
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
        var silent = new TaskCompletionSource();
        var stick = new ScriptedStick { Answers = after, FallenSilent = silent.SetResult };
        Task<DeviceIdentity> reading = ReadAsync(stick, clock: clock);
        await silent.Task;
        // Of the connection, of the import, and of each question up to this one.
        for (int timer = 0; timer < 3 + after; timer++) await clock.StartedAsync(ClientTimers.Answer);
        clock.Advance(ClientTimers.Answer);
        // A question for a text is taken back, and that is not answered either.
        if (after >= 3) await clock.ExpireAsync(ClientTimers.Answer);
        var e = await Assert.ThrowsAsync<TimeoutException>(() => reading);
        Assert.Matches($@"^reading the {step} of 1-1\.4 at 127\.0\.0\.1:\d+: not done within 2 s$", e.Message);
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
}
