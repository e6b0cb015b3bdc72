using System.Diagnostics.CodeAnalysis;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Tests.Wire;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>One record of a list that cannot be used, or that does not come, costs its own device and no other.</summary>
[SuppressMessage("Security", "CA5394", Justification = "Seeded, so that a failure comes back.")]
public sealed class OddRecordTests
{
    private const int BusIdAt = DeviceRecord.PathSize;
    private const int Whole = DeviceRecord.Size + (2 * DeviceListReply.InterfaceSize);

    private static readonly Dictionary<string, (Action<byte[]> Spoil, string Name, string Reason)> s_ways = new(StringComparer.Ordinal)
    {
        ["32 bytes without a zero"] = (
            record => record.AsSpan(BusIdAt, 32).Fill((byte)'z'), new string('z', 32), "busid has no closing zero within its 32 bytes"),
        ["an empty bus id"] = (record => record.AsSpan(BusIdAt, 32).Clear(), "", "busid is empty"),
        ["a bus id with an escape"] = (
            record => "1\u001b[31m\0"u8.CopyTo(record.AsSpan(BusIdAt)),
            "1[31m",
            "busid holds the character U+001B at offset 1, which is not printable"),
        ["a bus id that is no UTF-8"] = (
            record => record[BusIdAt + 1] = 0xe9, "1\ufffd1.4", "busid holds the byte 0xe9 at offset 1, which is not UTF-8"),
        ["a path with a byte 0xE9"] = (record => record[9] = 0xe9, "1-1.4", "path holds the byte 0xe9 at offset 9, which is not UTF-8"),
        ["a path without a zero"] = (
            record => record.AsSpan(0, 256).Fill((byte)'x'), "1-1.4", "path has no closing zero within its 256 bytes"),
        ["a path with a line break"] = (
            record => record[3] = (byte)'\n', "1-1.4", "path holds the character U+000A at offset 3, which is not printable"),
    };

    public static TheoryData<string, int> Ways
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (string way in s_ways.Keys)
            {
                for (int place = 0; place < 3; place++) rows.Add(way, place);
            }
            return rows;
        }
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_odd_record_is_named_with_its_reason_and_the_others_are_listed(string way, int place)
    {
        (Action<byte[]> spoil, string name, string reason) = s_ways[way];
        byte[] list = ListOf("1-1.1", "1-1.2", "1-1.3");
        byte[] record = Record(Samples.Device);
        spoil(record);
        record.CopyTo(list, DeviceListReply.HeadSize + (place * Whole));
        DeviceList read = await ListAsync([.. list, .. Samples.Notice.Encode()]);
        Assert.Equal(new OddRecord(name, Samples.Device.Id, reason), Assert.Single(read.Odd));
        string[] others = ["1-1.1", "1-1.2", "1-1.3"];
        Assert.Equal(others.Where((_, at) => at != place), read.Devices.Select(device => device.BusId.ToString()));
        Assert.All(read.Devices, device => Assert.Equal(Samples.Device.Interfaces, device.Interfaces));
        Assert.Equal((Samples.Notice, null), (read.Notice, read.CutShort));
    }

    [Fact]
    public async Task Bus_ids_of_no_host_are_listed_like_any_other()
    {
        string[] ids = ["usbip-vudc.0", "ugen17.2", "0-0-0", "zwave", "Küche", "1-1.4"];
        DeviceList read = await ListAsync(ListOf(ids));
        Assert.Equal(ids, read.Devices.Select(device => device.BusId.ToString()));
        Assert.Empty(read.Odd);
    }

    [Fact]
    public async Task An_odd_entry_of_a_notice_costs_that_entry()
    {
        byte[] notice = Samples.Notice.Encode();
        notice[LongwireListExtension.HeadSize] = 0x1b;
        DeviceList read = await ListAsync([.. ListOf(), .. notice]);
        Assert.Equal(Samples.Notice.Entries[1], Assert.Single(read.Notice!.Entries));
        Assert.Equal(
            new OddRecord("-1.2", Samples.Notice.Entries[0].Id, "busid holds the character U+001B at offset 0, which is not printable"),
            Assert.Single(read.Odd));
    }

    [Fact]
    public async Task Whatever_stands_in_a_record_the_records_around_it_are_read()
    {
        var random = new Random(20_115);
        for (int i = 0; i < 200; i++)
        {
            byte[] list = ListOf("1-1.1", "1-1.2", "1-1.3");
            // Not its count of interfaces: by that the next record is found.
            Span<byte> record = list.AsSpan(DeviceListReply.HeadSize + Whole, DeviceRecord.Size - 1);
            if (i % 2 == 0) random.NextBytes(record);
            else for (int n = random.Next(1, 5); n > 0; n--) record[random.Next(record.Length)] = (byte)random.Next(256);
            DeviceList read = await ListAsync(list);
            Assert.Equal(3, read.Devices.Length + read.Odd.Length);
            Assert.Equal(("1-1.1", "1-1.3"), (read.Devices[0].BusId.ToString(), read.Devices[^1].BusId.ToString()));
            Assert.True(read.IsEnd);
        }
    }

    [Fact]
    public async Task A_list_that_is_cut_short_keeps_what_came_whole_and_says_so()
    {
        string[] names = ["1-1.1", "zwave", "1-1.3"];
        byte[] list = ListOf(names);
        for (int length = 0; length < list.Length; length += 7)
        {
            int came = length < DeviceListReply.HeadSize ? 0 : (length - DeviceListReply.HeadSize) / Whole;
            if (came == 0)
            {
                await Assert.ThrowsAsync<UsbIpClosedException>(() => ListAsync(list[..length]));
                continue;
            }
            DeviceList read = await ListAsync(list[..length]);
            Assert.Equal(names[..came], read.Devices.Select(device => device.BusId.ToString()));
            Assert.Contains($"reading device {came + 1} of 3", read.CutShort, StringComparison.Ordinal);
            Assert.Equal((null, false), (read.Notice, read.IsEnd));
        }
    }

    [Fact]
    public async Task A_list_that_is_cut_short_after_nothing_but_odd_records_names_those()
    {
        byte[] list = ListOf("1-1.1", "1-1.2");
        list[DeviceListReply.HeadSize] = 0xe9;
        DeviceList read = await ListAsync(list[..(DeviceListReply.HeadSize + Whole + 7)]);
        Assert.Equal((0, 1), (read.Devices.Length, read.Odd.Length));
        Assert.Contains("reading device 2 of 2", read.CutShort, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_notice_that_is_cut_or_broken_costs_the_notice_alone(bool cut)
    {
        byte[] notice = Samples.Notice.Encode();
        if (!cut) notice[8] = 0xff;
        DeviceList read = await ListAsync([.. ListOf("1-1.1"), .. cut ? notice[..^1] : notice]);
        Assert.Single(read.Devices);
        Assert.Equal((null, false), (read.Notice, read.IsEnd));
        Assert.NotNull(read.CutShort);
    }

    private static byte[] ListOf(params string[] busIds) =>
        DeviceListReply.Encode([.. busIds.Select(busId => Samples.Device with { BusId = BusId.Parse(busId) })]);

    private static byte[] Record(ExportedDevice device)
    {
        var record = new byte[DeviceRecord.Size];
        DeviceRecord.Write(record, device);
        return record;
    }

    private static async Task<DeviceList> ListAsync(byte[] reply)
    {
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync(reply);
        });
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            server.EndPoint, new ConnectOptions { TimeProvider = new SteppedClock() }, Cancelled);
        return await connection.ListAsync(Cancelled);
    }
}
