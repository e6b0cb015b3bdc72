using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Relay;

/// <summary>
/// Stands between usbip-host (the kernel of the Pi) and what carries whole messages from and to the host, and knows every URB under way.
/// While the host is away it <i>reads ahead</i>: an IN that completes is not renewed by anybody, and without one the stick stops. So
/// clones of the host's last IN take the place of what the host would ask for, and what they bring is kept for it, in order.
/// <para>
/// It does no I/O, has no clock and is not safe for several threads. The caller feeds it what comes, and after every call sends what is in
/// <see cref="ToKernel"/> and takes out the answers. After an exception it is not to be used any more: the session is over.
/// </para>
/// <para>
/// A message from the kernel is taken whole. What a call did not consume is to be given again with more behind it; a buffer of
/// <see cref="UrbFraming.MaxAnswer"/> bytes suffices.
/// </para>
/// </summary>
public sealed class ExportRelay
{
    private readonly RelayState _state;
    private readonly BulkIns _bulkIns;
    private readonly HostCommands _host;
    private readonly KernelAnswers _kernel;

    public ExportRelay(ExportRelayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _state = new RelayState(options);
        _bulkIns = new BulkIns(_state);
        _host = new HostCommands(_state, _bulkIns);
        _kernel = new KernelAnswers(_state, _bulkIns);
    }

    /// <summary>Bytes for usbip-host.</summary>
    public ByteQueue ToKernel => _state.ToKernel;

    public RelayCounters Counters => _state.Counters;

    /// <summary>The host is away.</summary>
    public bool IsHeld => _bulkIns.IsHeld;

    /// <summary>URBs that somebody may still speak of, our own among them.</summary>
    public int UrbCount => _state.Table.Count;

    /// <summary>Bytes that were read ahead and wait for the host to ask for them.</summary>
    public int BytesAhead => _bulkIns.BytesAhead;

    /// <summary>Size in bytes of the next whole message for the host; 0: none waits.</summary>
    public int NextAnswerSize => _state.Answers.NextSize;

    /// <summary>Takes out the next message for the host.</summary>
    /// <returns>Its size; 0: none waits.</returns>
    /// <exception cref="ArgumentException">There is less room than <see cref="NextAnswerSize"/>.</exception>
    public int ReadAnswer(Span<byte> destination)
    {
        int size = NextAnswerSize;
        if (destination.Length < size)
        {
            throw new ArgumentException(
                $"the answer has {FieldFormat.Number(size)} bytes, and there is room for {FieldFormat.Number(destination.Length)}",
                nameof(destination));
        }
        return size == 0 ? 0 : _state.Answers.Read(destination[..size]);
    }

    /// <summary>Takes what the host says.</summary>
    /// <param name="message">One whole CMD_SUBMIT or CMD_UNLINK.</param>
    /// <exception cref="UsbIpFormatException">A field outside its range, or not one whole message.</exception>
    /// <exception cref="UsbIpProtocolException">Another message, one that is under way already, or more than is taken.</exception>
    public void FromHost(ReadOnlySpan<byte> message)
    {
        FieldFormat.RequireLength(message, UrbHeader.Size, "a command");
        int length = UrbFraming.CommandLength(message);
        if (length != message.Length)
        {
            throw new UsbIpFormatException(
                $"a command is {FieldFormat.Number(length)} bytes long, and came as {FieldFormat.Number(message.Length)}");
        }
        _bulkIns.HostSpoke();
        _host.Take(message);
    }

    /// <summary>Takes what usbip-host says.</summary>
    /// <returns>How many bytes were consumed, in whole messages.</returns>
    /// <exception cref="UsbIpFormatException">A field outside its range.</exception>
    /// <exception cref="UsbIpProtocolException">It answers nothing that was asked, or with more than was asked for.</exception>
    public int FromKernel(ReadOnlySpan<byte> bytes)
    {
        int consumed = 0;
        while (true)
        {
            int length = _kernel.Length(bytes[consumed..]);
            if (length == 0 || length > bytes.Length - consumed) return consumed;
            _kernel.Take(bytes.Slice(consumed, length));
            consumed += length;
        }
    }

    /// <summary>The host is away: from now on what it had asked for is read ahead.</summary>
    /// <exception cref="InvalidOperationException">It was away already.</exception>
    public void Hold()
    {
        if (IsHeld) throw new InvalidOperationException("the host is away already");
        _bulkIns.Hold();
    }

    /// <summary>The host is back. What was read ahead is its next INs'.</summary>
    /// <exception cref="InvalidOperationException">It was not away.</exception>
    public void Resume()
    {
        if (!IsHeld) throw new InvalidOperationException("the host is not away");
        _bulkIns.Resume();
    }
}
