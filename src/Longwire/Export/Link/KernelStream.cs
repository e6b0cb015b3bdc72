using System.Net.Sockets;
using Longwire.Link.Session;
using Longwire.Platform;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Urbs;

namespace Longwire.Export.Link;

/// <summary>
/// Carries between a session and usbip-host, through the relay that knows every URB: what the host says is written to the kernel in order,
/// and counts as written once it was; what the kernel answers becomes the session's.
/// </summary>
/// <param name="kernel">Our end of what usbip-host has.</param>
/// <param name="gate">Guards the session, and the relay with it. Never held while anything is sent.</param>
/// <param name="now">The session's clock.</param>
internal sealed class KernelStream(Socket kernel, LinkSession session, ExportRelay relay, Lock gate, Func<TimeSpan> now, TimeProvider time)
{
    private readonly AsyncAutoResetEvent _toWrite = new(time);
    private readonly byte[] _answer = new byte[UrbFraming.MaxAnswer];
    private int _answerSize;
    private TaskCompletionSource? _writing;

    /// <summary>The session may have messages for the kernel, or room for answers.</summary>
    public void Changed()
    {
        lock (gate) MoveAnswers();
        _toWrite.Raise();
    }

    /// <summary>The host is away. The gate must be held.</summary>
    public void Hold() => relay.Hold();

    /// <summary>It is there, for the first time or again. The gate must be held.</summary>
    public void Resume()
    {
        if (relay.IsHeld) relay.Resume();
    }

    /// <summary>
    /// Ends once no message is on its way to the kernel: only then can be said which it has. Nothing more is begun while the session has no
    /// connection.
    /// </summary>
    public Task WhenWrittenAsync()
    {
        lock (gate) return _writing?.Task ?? Task.CompletedTask;
    }

    /// <summary>Reads what the kernel answers, until it ends.</summary>
    /// <param name="answered">There is something for the host.</param>
    /// <returns>What it said that cannot be; null: it has ended.</returns>
    public async Task<string?> ReadAsync(Action answered)
    {
        string? fault = await SocketReader.ReadAsync(
            kernel, UrbFraming.MaxAnswer, (bytes, out isBehind) => Take(bytes, answered, out isBehind), static () => Task.FromResult(true));
        return fault is null ? null : $"usbip-host said what cannot be: {fault}";
    }

    /// <summary>Writes what the host says, until the kernel takes nothing more.</summary>
    /// <param name="written">Messages were written.</param>
    /// <returns>What the host said that cannot be; null: the kernel has ended, or it was cancelled.</returns>
    public async Task<string?> WriteAsync(Action written, CancellationToken cancellationToken)
    {
        byte[] chunk = new byte[UrbFraming.MaxCommand];
        ulong? number = null;
        try
        {
            while (true)
            {
                int length;
                lock (gate) length = Next(chunk, ref number);
                if (length == 0)
                {
                    written();
                    await _toWrite.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
                    continue;
                }
                for (int sent = 0; sent < length;)
                    sent += await kernel.SendAsync(chunk.AsMemory(sent, length - sent), SocketFlags.None, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is UsbIpFormatException or UsbIpProtocolException)
        {
            return e.Message;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return null;
        }
        finally
        {
            lock (gate) Finish();
        }
    }

    // The relay takes all: of what it has for the host there is no more than there are URBs under way.
    private int Take(ReadOnlySpan<byte> bytes, Action answered, out bool isBehind)
    {
        isBehind = false;
        int consumed;
        lock (gate)
        {
            consumed = relay.FromKernel(bytes);
            MoveAnswers();
        }
        answered();
        // What is read ahead is asked for anew.
        _toWrite.Raise();
        return consumed;
    }

    // What the relay has of its own goes first, and the rest of a message that did not fit.
    private int Next(Span<byte> chunk, ref ulong? number)
    {
        while (true)
        {
            int length = relay.ToKernel.Read(chunk);
            if (length > 0) return length;
            if (number is { } done)
            {
                session.Written(done, now());
                number = null;
                Finish();
            }
            if (session.State is not (LinkState.Connected or LinkState.Ending)) return 0;
            if (!session.TryPeek(0, out ReadOnlyMemory<byte> message, out ulong next)) return 0;
            number = next;
            _writing ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            relay.FromHost(message.Span);
            // Some are answered here, and nothing of them goes to the kernel.
            MoveAnswers();
        }
    }

    private void Finish()
    {
        _writing?.SetResult();
        _writing = null;
    }

    // One that finds no room waits here, and those behind it in the relay: no more of them than URBs are under way.
    private void MoveAnswers()
    {
        while (true)
        {
            if (_answerSize == 0)
            {
                if (relay.NextAnswerSize == 0) return;
                _answerSize = relay.ReadAnswer(_answer);
            }
            if (!session.TrySend(_answer.AsSpan(0, _answerSize), now(), out _)) return;
            _answerSize = 0;
        }
    }
}
