using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>How a stick answered: a URB's status, and the data that came with it.</summary>
internal readonly record struct ControlAnswer(int Status, byte[] Data);

/// <summary>
/// Asks an imported stick for descriptors by URBs of our own, one at a time: the next is sent when the last is answered to its last byte,
/// or taken back. So the stream stands between two messages after each.
/// </summary>
/// <param name="patience">For one answer.</param>
internal sealed class ControlTransfers(
    ExactPeer peer, ExportedDevice device, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
{
    /// <summary>
    /// Ours begin high. vhci_hcd counts from 1 when its module is loaded, and ends a connection over an answer to a seqnum that it does
    /// not know (vhci_recv_ret_submit). So if a broken server answered one of ours twice, the kernel would hang up, where a low
    /// number might be taken for the answer to one of its own. The server's side only looks for a seqnum among URBs that are under way, and
    /// none of ours is when the kernel takes over.
    /// </summary>
    internal const uint FirstSeqnum = 0xFFFF_0000;

    private readonly long _start = time.GetTimestamp();
    private uint _seqnum = FirstSeqnum;

    /// <summary>Since the first question could be asked.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>From a question to the last byte of its answer, the longest so far; what was never answered does not count.</summary>
    public TimeSpan SlowestAnswer { get; private set; }

    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<ControlAnswer> GetDescriptorAsync(byte type, byte index, ushort length, string name)
    {
        using StepDeadline deadline = Deadline(name);
        return await deadline.RunAsync(() => AskAsync(type, index, langId: 0, length, deadline));
    }

    /// <summary>The same, where an answer that does not come is taken back and costs nothing but itself.</summary>
    /// <returns>Null: no answer came, and none will.</returns>
    /// <exception cref="TimeoutException">
    /// Neither an answer nor the end of the question came, or it came in part: nobody knows what is still to come.
    /// </exception>
    public async Task<ControlAnswer?> TryGetStringAsync(byte index, ushort langId, ushort length, string name)
    {
        long heard = peer.Received;
        uint seqnum = _seqnum;
        using StepDeadline deadline = Deadline(name);
        try
        {
            return await AskAsync(DescriptorType.String, index, langId, length, deadline);
        }
        catch (OperationCanceledException e) when (deadline.Expired)
        {
            if (peer.Received != heard || !await TakeBackAsync(seqnum, length, name)) throw deadline.Exception(e);
            return null;
        }
    }

    /// <summary>A request without data.</summary>
    /// <returns>The URB's status.</returns>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<int> SetAsync(SetupPacket setup, string name)
    {
        using StepDeadline deadline = new(
            $"setting the {name} of {device.BusId} at {peer}", patience, time, cancellationToken);
        ControlAnswer answer = await deadline.RunAsync(() => AskAsync(setup, UrbDirection.Out, deadline));
        return answer.Status;
    }

    private Task<ControlAnswer> AskAsync(byte type, byte index, ushort langId, ushort length, StepDeadline deadline) =>
        AskAsync(SetupPacket.GetDescriptor(type, index, langId, length), UrbDirection.In, deadline);

    private async Task<ControlAnswer> AskAsync(SetupPacket setup, UrbDirection direction, StepDeadline deadline)
    {
        long asked = time.GetTimestamp();
        uint seqnum = _seqnum++;
        var message = new byte[UrbHeader.Size];
        new CmdSubmit
        {
            Seqnum = seqnum,
            DevId = device.DevId,
            Direction = direction,
            Ep = 0,
            TransferFlags = direction == UrbDirection.In ? CmdSubmit.UrbDirIn : 0,
            TransferBufferLength = setup.Length,
            Setup = setup,
        }.Write(message);
        await peer.SendAsync(message, deadline);
        await peer.ReceiveExactlyAsync(message, deadline);
        ControlAnswer answer = await ReadAnswerAsync(message, seqnum, setup.Length, deadline);
        TimeSpan took = time.GetElapsedTime(asked);
        if (took > SlowestAnswer) SlowestAnswer = took;
        return answer;
    }

    private async Task<ControlAnswer> ReadAnswerAsync(byte[] header, uint seqnum, ushort length, StepDeadline deadline)
    {
        RetSubmit answer = RetSubmit.Parse(header);
        if (answer.Seqnum != seqnum)
        {
            throw new UsbIpProtocolException(
                $"{deadline.Step}: asked with seqnum {FieldFormat.Number(seqnum)}, answered with {FieldFormat.Number(answer.Seqnum)}");
        }
        if (answer.ActualLength > length)
        {
            throw new UsbIpProtocolException(
                $"{deadline.Step}: asked for {FieldFormat.Number(length)} bytes, answered with {FieldFormat.Number(answer.ActualLength)}");
        }
        // Data comes with errors too, and must not stay in the stream.
        var data = new byte[answer.ActualLength];
        await peer.ReceiveExactlyAsync(data, deadline);
        return new ControlAnswer(answer.Status, data);
    }

    // What is answered meanwhile is read and thrown away: RET_SUBMIT is then ahead of RET_UNLINK (see CmdUnlink).
    private async Task<bool> TakeBackAsync(uint seqnum, ushort length, string name)
    {
        using StepDeadline deadline = Deadline(name);
        uint unlink = _seqnum++;
        var message = new byte[UrbHeader.Size];
        new CmdUnlink { Seqnum = unlink, DevId = device.DevId, Direction = UrbDirection.In, UnlinkSeqnum = seqnum }.Write(message);
        try
        {
            await peer.SendAsync(message, deadline);
            await peer.ReceiveExactlyAsync(message, deadline);
            if (UrbHeader.Parse(message).Command == UrbCommand.RetSubmit)
            {
                await ReadAnswerAsync(message, seqnum, length, deadline);
                await peer.ReceiveExactlyAsync(message, deadline);
            }
            RetUnlink end = RetUnlink.Parse(message);
            return end.Seqnum == unlink
                ? true
                : throw new UsbIpProtocolException(
                    $"{deadline.Step}: taken back with seqnum {FieldFormat.Number(unlink)}, answered with "
                        + $"{FieldFormat.Number(end.Seqnum)}");
        }
        catch (OperationCanceledException) when (deadline.Expired)
        {
            return false;
        }
    }

    private StepDeadline Deadline(string name) =>
        new($"reading the {name} of {device.BusId} at {peer}", patience, time, cancellationToken);
}
