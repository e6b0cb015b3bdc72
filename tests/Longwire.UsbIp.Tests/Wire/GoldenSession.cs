using Longwire.UsbIp.Tests.Golden;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Tests.Wire;

/// <summary>
/// A recorded import with all its URBs, taken apart message by message. It throws unless both directions end exactly at a message's end.
/// </summary>
internal sealed class GoldenSession
{
    private readonly List<(bool FromHost, Action<byte[]> Header, byte[] Payload)> _messages = [];
    private readonly Dictionary<uint, byte[]> _answers = [];

    private GoldenSession(byte[] fromHost, byte[] fromPi)
    {
        HostBytes = fromHost;
        PiBytes = fromPi;
        for (int at = ImportRequest.Size; at < fromHost.Length;) at += ReadFromHost(fromHost.AsSpan(at));
        for (int at = ImportReply.Size; at < fromPi.Length;) at += ReadFromPi(fromPi.AsSpan(at));
    }

    public byte[] HostBytes { get; }

    public byte[] PiBytes { get; }

    public Dictionary<uint, CmdSubmit> Submits { get; } = [];

    public Dictionary<uint, CmdUnlink> Unlinks { get; } = [];

    public Dictionary<uint, RetSubmit> SubmitReturns { get; } = [];

    public Dictionary<uint, RetUnlink> UnlinkReturns { get; } = [];

    public IEnumerable<byte[]> Payloads => _messages.Select(message => message.Payload);

    public static GoldenSession Read() => new(GoldenBytes.Read("session.request"), GoldenBytes.Read("session.reply"));

    /// <summary>One direction, written anew by our writers behind its recorded handshake.</summary>
    public byte[] Encode(bool fromHost)
    {
        using var bytes = new MemoryStream();
        bytes.Write(fromHost ? HostBytes.AsSpan(0, ImportRequest.Size) : PiBytes.AsSpan(0, ImportReply.Size));
        foreach ((bool host, Action<byte[]> header, byte[] payload) in _messages)
        {
            if (host != fromHost) continue;
            bytes.Write(Samples.Write(header, UrbHeader.Size));
            bytes.Write(payload);
        }
        return bytes.ToArray();
    }

    /// <summary>The data that answered a GET_DESCRIPTOR.</summary>
    public byte[] Answer(ushort value, ushort length) => _answers[
        Submits.Values.First(submit => submit.Setup is { Request: 6, RequestType: 0x80 } && submit.Setup.Value == value
            && submit.Setup.Length == length).Seqnum];

    private int ReadFromHost(ReadOnlySpan<byte> bytes)
    {
        if (UrbHeader.Parse(bytes).Command == UrbCommand.CmdUnlink)
        {
            CmdUnlink unlink = CmdUnlink.Parse(bytes);
            Unlinks.Add(unlink.Seqnum, unlink);
            return Add(fromHost: true, unlink.Write, []);
        }
        CmdSubmit submit = CmdSubmit.Parse(bytes);
        Submits.Add(submit.Seqnum, submit);
        int length = submit.Direction == UrbDirection.Out ? submit.TransferBufferLength : 0;
        return Add(fromHost: true, submit.Write, bytes.Slice(UrbHeader.Size, length).ToArray());
    }

    private int ReadFromPi(ReadOnlySpan<byte> bytes)
    {
        if (UrbHeader.Parse(bytes).Command == UrbCommand.RetUnlink)
        {
            RetUnlink answer = RetUnlink.Parse(bytes);
            UnlinkReturns.Add(answer.Seqnum, answer);
            return Add(fromHost: false, answer.Write, []);
        }
        RetSubmit done = RetSubmit.Parse(bytes);
        SubmitReturns.Add(done.Seqnum, done);
        int length = Submits[done.Seqnum].Direction == UrbDirection.In ? done.ActualLength : 0;
        byte[] payload = bytes.Slice(UrbHeader.Size, length).ToArray();
        _answers.Add(done.Seqnum, payload);
        return Add(fromHost: false, done.Write, payload);
    }

    private int Add(bool fromHost, WriteHeader write, byte[] payload)
    {
        _messages.Add((fromHost, bytes => write(bytes), payload));
        return UrbHeader.Size + payload.Length;
    }

    private delegate void WriteHeader(Span<byte> destination);
}
