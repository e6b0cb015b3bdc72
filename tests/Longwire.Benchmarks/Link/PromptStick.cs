using System.Net.Sockets;
using Longwire.Testing.Peers;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// usbip-host and a stick that takes what it is told at once, and says nothing but who it is. On a thread of its own with calls that
/// block, so that it costs as little as the kernel would.
/// </summary>
/// <param name="told">Data was told to its serial port, so long.</param>
internal sealed class PromptStick(Socket socket, Action<int> told)
{
    private readonly AcmStick _identity = AcmStick.FullSpeed();
    private readonly byte[] _request = new byte[UrbHeader.Size + (64 * 1024)];
    private readonly byte[] _answer = new byte[UrbHeader.Size + (64 * 1024)];
    private readonly HashSet<uint> _waiting = [];

    /// <summary>Until its other end closes.</summary>
    public void Run()
    {
        try
        {
            while (Read(_request.AsSpan(0, UrbHeader.Size))) Serve();
        }
        catch (SocketException)
        {
            // Its other end has gone.
        }
    }

    private void Serve()
    {
        if (UrbHeader.Parse(_request).Command == UrbCommand.CmdUnlink)
        {
            var unlink = CmdUnlink.Parse(_request);
            int status = _waiting.Remove(unlink.UnlinkSeqnum) ? RetUnlink.TakenBack : 0;
            new RetUnlink { Seqnum = unlink.Seqnum, Status = status }.Write(_answer);
            Send(UrbHeader.Size);
            return;
        }
        var submit = CmdSubmit.Parse(_request);
        bool isTold = submit.Direction == UrbDirection.Out;
        if (isTold && !Read(_request.AsSpan(UrbHeader.Size, submit.TransferBufferLength))) return;
        if (submit.Ep == 0) AnswerControl(submit);
        else if (isTold) AnswerTold(submit);
        else _waiting.Add(submit.Seqnum);
    }

    private void AnswerTold(CmdSubmit submit)
    {
        told(submit.TransferBufferLength);
        new RetSubmit { Seqnum = submit.Seqnum, Status = 0, ActualLength = submit.TransferBufferLength }.Write(_answer);
        Send(UrbHeader.Size);
    }

    private void AnswerControl(CmdSubmit submit)
    {
        int length = submit.Direction == UrbDirection.Out ? submit.TransferBufferLength : 0;
        ReadOnlyMemory<byte> data = _request.AsMemory(UrbHeader.Size, length);
        UrbAnswer answer = _identity.Answer(submit, data)!;
        new RetSubmit { Seqnum = submit.Seqnum, Status = answer.Status, ActualLength = answer.Length }.Write(_answer);
        answer.Data.Span.CopyTo(_answer.AsSpan(UrbHeader.Size));
        Send(UrbHeader.Size + answer.Data.Length);
    }

    private bool Read(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int read = socket.Receive(bytes);
            if (read == 0) return false;
            bytes = bytes[read..];
        }
        return true;
    }

    private void Send(int length)
    {
        for (int sent = 0; sent < length;) sent += socket.Send(_answer.AsSpan(sent, length - sent));
    }
}
