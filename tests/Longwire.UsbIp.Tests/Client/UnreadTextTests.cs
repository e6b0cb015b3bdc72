using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.UsbIp.Tests.Client.ScriptedIdentity;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>Texts that a stick has and that do not come. The kernel lives without them, and so do we.</summary>
public sealed class UnreadTextTests
{
    private const DeviceTexts All = DeviceTexts.Manufacturer | DeviceTexts.Product | DeviceTexts.Serial;

    /// <summary>How a question for a text may end: the answer as the stick gives it, made something else.</summary>
    private static readonly Dictionary<string, Func<RetSubmit, byte[], (RetSubmit Header, byte[] Data)>> s_ways = new()
    {
        ["a stall"] = (header, _) => Stalled(header),
        ["a broken transfer"] = (header, _) => Error(header, -71),
        ["more than the packet holds"] = (header, _) => Error(header, -75),
        ["a bad checksum"] = (header, _) => Error(header, -84),
        ["a time-out"] = (header, _) => Error(header, -110),
        ["an error of another system"] = (header, _) => Error(header, -2),
        ["data beside an error"] = (header, data) => (header with { Status = -71 }, data),
        ["nothing"] = (header, _) => Short(header, []),
        ["one byte"] = (header, data) => Short(header, data[..Math.Min(1, data.Length)]),
        ["two zeros"] = (header, data) => Short(header, data.Length < 2 ? data : [0, 0]),
        ["another descriptor"] = (header, data) => data.Length < 2 ? (header, data) : (header, [data[0], 4, .. data[2..]]),
        ["a length of one"] = (header, data) => data.Length < 2 ? (header, data) : (header, [1, 3, .. data[2..]]),
    };

    public static TheoryData<string, int> Ways
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (string way in s_ways.Keys)
            {
                for (int index = 1; index <= 3; index++) rows.Add(way, index);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_text_that_cannot_be_read_is_unread_and_the_others_are_read(string way, int index)
    {
        DeviceIdentity identity = await ReadAsync(Spoiled(way, index));
        var unread = (DeviceTexts)(1 << (index - 1));
        Assert.Equal(unread, identity.Unread);
        Assert.Equal(
            [index == 1 ? null : "Sigma Designs", index == 2 ? null : "UZB", index == 3 ? null : "ZW0001"],
            new[] { identity.Manufacturer, identity.Product, identity.Serial });
    }

    [Theory]
    [InlineData("a stall")]
    [InlineData("a broken transfer")]
    [InlineData("more than the packet holds")]
    [InlineData("nothing")]
    [InlineData("one byte")]
    public async Task A_stick_that_does_not_name_its_languages_has_texts_that_nobody_can_read(string way)
    {
        ScriptedStick stick = Spoiled(way, index: 0);
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal((null, null, null, All), (identity.Manufacturer, identity.Product, identity.Serial, identity.Unread));
        Assert.DoesNotContain(stick.Requests, request => request.Value is 0x0301 or 0x0302 or 0x0303);
    }

    [Theory]
    [InlineData("0203")]
    [InlineData("04020704")]
    public async Task An_empty_list_of_languages_and_what_is_no_list_are_English_as_they_are_to_the_kernel(string languages)
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0300] = Convert.FromHexString(languages);
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal(("ZW0001", DeviceTexts.None), (identity.Serial, identity.Unread));
        Assert.Contains(stick.Requests, request => request is { Value: 0x0303, LangId: 0x0409 });
    }

    [Fact]
    public async Task An_empty_text_is_no_text_and_is_not_unread()
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0303] = [2, 3];
        DeviceIdentity identity = await ReadAsync(stick);
        Assert.Equal((null, DeviceTexts.None), (identity.Serial, identity.Unread));
    }

    [Fact]
    public async Task A_stick_without_a_serial_has_none_that_could_be_unread()
    {
        var stick = new ScriptedStick();
        stick.Descriptors[0x0100][16] = 0;
        stick.Descriptors.Remove(0x0302);
        Assert.Equal(DeviceTexts.Product, (await ReadAsync(stick)).Unread);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_text_that_is_never_answered_is_taken_back_and_costs_its_2_seconds_and_nothing_else(int index)
    {
        (DeviceIdentity identity, UsbIpConnection connection, ScriptedStick stick) = await ReadIgnoredAsync(index);
        using (connection)
        {
            Assert.Equal((DeviceTexts)(1 << (index - 1)), identity.Unread);
            Assert.Equal(index == 3 ? null : "ZW0001", identity.Serial);
            Assert.True(connection.LeavesTextUnanswered);
            // It has shown that it is alive: asked for its device descriptor once more.
            Assert.Equal(0x0100, stick.Requests[^1].Value);
            // And once only: the question is not put in another way.
            Assert.Single(stick.Requests, request => request.Value == 0x0300 + index);
            Assert.Equal(0, connection.Socket.Available);
        }
    }

    [Fact]
    public async Task Languages_that_are_never_answered_leave_all_texts_unread()
    {
        (DeviceIdentity identity, UsbIpConnection connection, _) = await ReadIgnoredAsync(index: 0);
        using (connection) Assert.Equal((All, true), (identity.Unread, connection.LeavesTextUnanswered));
    }

    [Fact]
    public async Task A_stick_that_answers_all_leaves_nothing_unanswered_and_its_slowest_answer_is_known()
    {
        var clock = new SteppedClock();
        var stick = new ScriptedStick
        {
            Twist = (number, _, header, data) =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(number == 4 ? 300 : 100));
                return (header, data);
            },
        };
        await using FakeUsbipd server = FakeUsbipd.Start(client => stick.ServeAsync(client));
        using UsbIpConnection connection = await ImportAsync(server, clock);
        Assert.Null(connection.SlowestAnswer);
        await connection.ReadIdentityAsync(ScriptedStick.Exported, TestContext.Current.CancellationToken);
        Assert.Equal((TimeSpan.FromMilliseconds(300), false), (connection.SlowestAnswer, connection.LeavesTextUnanswered));
    }

    [Fact]
    public async Task A_stick_that_leaves_two_texts_unanswered_must_not_reach_the_kernel()
    {
        var clock = new SteppedClock();
        var stick = new ScriptedStick
        {
            Ignores = submit => submit.Setup.Value is 0x0302 or 0x0303,
            HasIgnored = () => clock.Advance(ClientTimers.Answer),
        };
        var e = await Assert.ThrowsAsync<TimeoutException>(() => ReadAsync(stick, clock: clock));
        Assert.Equal("1-1.4 answers neither the question for its product nor that for its serial number", e.Message);
    }

    [Fact]
    public async Task A_stick_whose_server_takes_questions_back_and_that_has_fallen_silent_must_not_reach_the_kernel()
    {
        var clock = new SteppedClock();
        int asked = 0;
        var stick = new ScriptedStick
        {
            Ignores = _ => ++asked > 6,
            HasIgnored = () => clock.Advance(ClientTimers.Answer),
        };
        var e = await Assert.ThrowsAsync<TimeoutException>(() => ReadAsync(stick, clock: clock));
        Assert.StartsWith("reading the device descriptor of 1-1.4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_overtakes_its_own_end_is_thrown_away()
    {
        var clock = new SteppedClock();
        var stick = new ScriptedStick();
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveImportRequestAsync();
            await client.SendAsync(ImportReply.Encode(ScriptedStick.Exported));
            CmdSubmit? late = null;
            while (await client.ReceiveAsync(UrbHeader.Size) is { Length: UrbHeader.Size } bytes)
            {
                if (UrbHeader.Parse(bytes).Command == UrbCommand.CmdUnlink)
                {
                    await client.SendAsync(Answer(stick, late!.Value));
                    var end = new byte[UrbHeader.Size];
                    new RetUnlink { Seqnum = CmdUnlink.Parse(bytes).Seqnum, Status = 0 }.Write(end);
                    await client.SendAsync(end);
                    continue;
                }
                CmdSubmit submit = CmdSubmit.Parse(bytes);
                if (submit.Setup.Value != 0x0302)
                {
                    await client.SendAsync(Answer(stick, submit));
                    continue;
                }
                late = submit;
                clock.Advance(ClientTimers.Answer);
            }
        });
        using UsbIpConnection connection = await ImportAsync(server, clock);
        DeviceIdentity identity = await connection.ReadIdentityAsync(ScriptedStick.Exported, TestContext.Current.CancellationToken);
        Assert.Equal(("ZW0001", DeviceTexts.Product), (identity.Serial, identity.Unread));
    }

    private static byte[] Answer(ScriptedStick stick, CmdSubmit submit)
    {
        byte[] data = stick.Descriptors[submit.Setup.Value];
        data = data[..Math.Min(data.Length, submit.Setup.Length)];
        var bytes = new byte[UrbHeader.Size + data.Length];
        new RetSubmit { Seqnum = submit.Seqnum, Status = 0, ActualLength = data.Length }.Write(bytes);
        data.CopyTo(bytes, UrbHeader.Size);
        return bytes;
    }

    // One text is never answered; its server takes the question back.
    private static async Task<(DeviceIdentity Identity, UsbIpConnection Connection, ScriptedStick Stick)> ReadIgnoredAsync(int index)
    {
        var clock = new SteppedClock();
        var stick = new ScriptedStick
        {
            Ignores = submit => submit.Setup.Value == 0x0300 + index,
            HasIgnored = () => clock.Advance(ClientTimers.Answer),
        };
        await using FakeUsbipd server = FakeUsbipd.Start(client => stick.ServeAsync(client));
        UsbIpConnection connection = await ImportAsync(server, clock);
        return (await connection.ReadIdentityAsync(ScriptedStick.Exported, TestContext.Current.CancellationToken), connection, stick);
    }

    private static ScriptedStick Spoiled(string way, int index) => new()
    {
        Twist = (_, submit, header, data) => submit.Setup.Value == 0x0300 + index ? s_ways[way](header, data) : (header, data),
    };

    private static (RetSubmit Header, byte[] Data) Error(RetSubmit header, int status) =>
        (header with { Status = status, ActualLength = 0 }, []);

    private static (RetSubmit Header, byte[] Data) Short(RetSubmit header, byte[] data) =>
        (header with { ActualLength = data.Length }, data);
}
