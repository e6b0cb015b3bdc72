using System.Diagnostics.CodeAnalysis;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Tests.Golden;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Wire;

/// <summary>Whatever the bytes are: parsed, or an exception of the protocol; nothing else, and memory bounded by what was sent.</summary>
[SuppressMessage("Security", "CA5394", Justification = "Seeded, so that a failure comes back.")]
public sealed class HostileBytesTests
{
    private const int Mutations = 100_000;

    private static readonly Dictionary<string, (byte[] Good, Action<byte[]> Parse)> s_parsers = new()
    {
        ["op_common"] = (ImportReply.EncodeRefusal(UsbIpStatus.DeviceBusy), bytes => OpCommon.Parse(bytes).Expect(OpCode.ReplyImport)),
        ["device list"] = (GoldenBytes.Read("devlist-two.reply"), bytes => DeviceListReply.Parse(bytes, out _)),
        ["device record"] = (GoldenBytes.Read("session.reply")[8..320], bytes => DeviceRecord.Parse(bytes)),
        ["import request"] = (GoldenBytes.Read("import-busy.request")[8..], bytes => ImportRequest.ParseBody(bytes)),
        ["notice"] = (Samples.Notice.Encode(), bytes => LongwireListExtension.Parse(bytes)),
        ["urb header"] = (Samples.Write(bytes => Samples.CmdSubmit.Write(bytes), UrbHeader.Size), bytes => UrbHeader.Parse(bytes)),
        ["cmd_submit"] = (Samples.Write(bytes => Samples.CmdSubmit.Write(bytes), UrbHeader.Size), bytes => CmdSubmit.Parse(bytes)),
        ["cmd_unlink"] = (Samples.Write(bytes => Samples.CmdUnlink.Write(bytes), UrbHeader.Size), bytes => CmdUnlink.Parse(bytes)),
        ["ret_submit"] = (Samples.Write(bytes => Samples.RetSubmit.Write(bytes), UrbHeader.Size), bytes => RetSubmit.Parse(bytes)),
        ["ret_unlink"] = (Samples.Write(bytes => Samples.RetUnlink.Write(bytes), UrbHeader.Size), bytes => RetUnlink.Parse(bytes)),
        ["device descriptor"] = (GoldenSession.Read().Answer(0x0100, 18), bytes => DeviceDescriptor.Parse(bytes)),
        ["configuration"] = (GoldenSession.Read().Answer(0x0200, 75), bytes => ConfigurationDescriptor.Parse(bytes)),
        ["string"] = (GoldenSession.Read().Answer(0x0301, 255), bytes => StringDescriptor.ParseText(bytes)),
        ["languages"] = (GoldenSession.Read().Answer(0x0300, 255), bytes => StringDescriptor.ParseLangId(bytes)),
    };

    public static TheoryData<string> Parsers { get; } = [.. s_parsers.Keys];

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Every_prefix_is_parsed_or_refused(string name)
    {
        (byte[] good, Action<byte[]> parse) = s_parsers[name];
        for (int length = 0; length < good.Length; length++) ParseOrRefuse(parse, good[..length]);
        parse(good);
    }

    [Theory]
    [Trait("takes", "long")]
    [MemberData(nameof(Parsers))]
    public void A_hundred_thousand_mutations_are_parsed_or_refused_with_bounded_memory(string name)
    {
        (byte[] good, Action<byte[]> parse) = s_parsers[name];
        var random = new Random(20_111);
        int refused = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] bytes = Mutate(good, random);
            if (!ParseOrRefuse(parse, bytes)) refused++;
        }
        // Mutations that all pass, or all fail, would test one path only. Some parsers take any bytes of the right length.
        Assert.InRange(refused, name is "string" or "languages" ? 0 : 1, Mutations - 1);
    }

    [Theory]
    [InlineData("device list")]
    [InlineData("notice")]
    [InlineData("configuration")]
    public void A_count_of_all_ones_buys_no_memory(string name)
    {
        (byte[] good, Action<byte[]> parse) = s_parsers[name];
        for (int at = 0; at + 4 <= good.Length; at++)
        {
            byte[] bytes = [.. good];
            bytes.AsSpan(at, 4).Fill(0xff);
            ParseOrRefuse(parse, bytes);
            bytes.AsSpan(at, 4).Clear();
            ParseOrRefuse(parse, bytes);
        }
    }

    private static bool ParseOrRefuse(Action<byte[]> parse, byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool parsed = true;
        try
        {
            parse(bytes);
        }
        catch (Exception e) when (e is UsbIpFormatException or UsbIpProtocolException or UsbIpRefusedException)
        {
            parsed = false;
        }
        // What an exception with its stack trace costs, and a small multiple of what was sent.
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, 65_536 + (16 * bytes.Length));
        return parsed;
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        byte[] bytes = [.. good];
        switch (random.Next(8))
        {
            case 0: // cut short
                return bytes[..random.Next(bytes.Length)];
            case 1: // something behind it
                byte[] more = new byte[bytes.Length + random.Next(1, 64)];
                random.NextBytes(more);
                bytes.CopyTo(more, 0);
                return more;
            case 2: // nothing but noise
                random.NextBytes(bytes);
                return bytes;
            default:
                for (int n = random.Next(1, 5); n > 0; n--) bytes[random.Next(bytes.Length)] = Poison(random);
                return bytes;
        }
    }

    private static byte Poison(Random random) => random.Next(4) switch
    {
        0 => 0x00,
        1 => 0xff,
        2 => 0x80,
        _ => (byte)random.Next(256),
    };
}
