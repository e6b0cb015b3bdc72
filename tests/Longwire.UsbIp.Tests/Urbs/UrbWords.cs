using System.Globalization;
using System.Text;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Tests.Urbs;

/// <summary>Messages of a session in words, and words as messages.</summary>
internal static class UrbWords
{
    public static readonly SetupPacket GetStatus = new(0xC0, 0x05, 0, 0, 2);

    public static byte[] In(uint seqnum, uint ep = 2, int length = 64, int interval = 0, uint devId = 1) => Submit(new CmdSubmit
    {
        Seqnum = seqnum,
        DevId = devId,
        Direction = UrbDirection.In,
        Ep = ep,
        TransferFlags = CmdSubmit.UrbDirIn,
        TransferBufferLength = length,
        Interval = interval,
    });

    public static byte[] Out(uint seqnum, string data, uint ep = 1) => Submit(
        new CmdSubmit { Seqnum = seqnum, DevId = 1, Direction = UrbDirection.Out, Ep = ep, TransferBufferLength = data.Length },
        Bytes(data));

    public static byte[] Control(uint seqnum, SetupPacket setup, string data = "") => Submit(
        new CmdSubmit
        {
            Seqnum = seqnum,
            DevId = 1,
            Direction = (setup.RequestType & 0x80) != 0 ? UrbDirection.In : UrbDirection.Out,
            Ep = 0,
            TransferBufferLength = setup.Length,
            Setup = setup,
        },
        Bytes(data));

    public static byte[] Submit(CmdSubmit submit, params byte[] data)
    {
        var message = new byte[UrbHeader.Size + data.Length];
        submit.Write(message);
        data.CopyTo(message, UrbHeader.Size);
        return message;
    }

    public static byte[] Unlink(uint seqnum, uint unlinked)
    {
        var message = new byte[UrbHeader.Size];
        new CmdUnlink { Seqnum = seqnum, DevId = 1, UnlinkSeqnum = unlinked }.Write(message);
        return message;
    }

    public static byte[] RetSubmit(uint seqnum, int status, int actualLength, string data = "")
    {
        var message = new byte[UrbHeader.Size + data.Length];
        new RetSubmit { Seqnum = seqnum, Status = status, ActualLength = actualLength }.Write(message);
        Bytes(data).CopyTo(message, UrbHeader.Size);
        return message;
    }

    public static byte[] RetUnlink(uint seqnum, int status)
    {
        var message = new byte[UrbHeader.Size];
        new RetUnlink { Seqnum = seqnum, Status = status }.Write(message);
        return message;
    }

    /// <summary><c>in7</c>, <c>out8 hello</c>, <c>get9 80 06 0</c>, <c>unlink10(8)</c>; high seqnums are hexadecimal.</summary>
    public static string Command(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        if (UrbHeader.Parse(header).Command == UrbCommand.CmdUnlink)
        {
            CmdUnlink unlink = CmdUnlink.Parse(header);
            return $"unlink{Seqnum(unlink.Seqnum)}({Seqnum(unlink.UnlinkSeqnum)})";
        }
        CmdSubmit submit = CmdSubmit.Parse(header);
        bool isIn = submit.Direction == UrbDirection.In;
        string seqnum = Seqnum(submit.Seqnum);
        return submit.Ep != 0
            ? $"{(isIn ? "in" : "out")}{seqnum}{Text(data)}"
            : $"{(isIn ? "get" : "set")}{seqnum} {Setup(submit.Setup)}{Text(data)}";
    }

    /// <summary><c>7:0+5 hello</c> is a RET_SUBMIT with its status and actual_length, <c>u8:-104</c> a RET_UNLINK.</summary>
    public static string Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        if (UrbHeader.Parse(header).Command == UrbCommand.RetUnlink)
        {
            RetUnlink unlinked = Longwire.UsbIp.Wire.RetUnlink.Parse(header);
            return string.Create(CultureInfo.InvariantCulture, $"u{unlinked.Seqnum}:{unlinked.Status}");
        }
        RetSubmit answer = Longwire.UsbIp.Wire.RetSubmit.Parse(header);
        string length = answer.ActualLength == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"+{answer.ActualLength}");
        return string.Create(CultureInfo.InvariantCulture, $"{answer.Seqnum}:{answer.Status}{length}{Text(data)}");
    }

    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static string Seqnum(uint seqnum) => seqnum.ToString(seqnum >= 0xFFFF_0000 ? "x" : "d", CultureInfo.InvariantCulture);

    private static string Setup(SetupPacket setup) =>
        string.Create(CultureInfo.InvariantCulture, $"{setup.RequestType:x2} {setup.Request:x2} {setup.Value:x}");

    private static string Text(ReadOnlySpan<byte> data) => data.Length == 0 ? "" : " " + Encoding.Latin1.GetString(data);
}
