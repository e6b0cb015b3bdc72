using System.Net.Sockets;
using Longwire.Link.Session;
using Longwire.Platform;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Urbs;

namespace Longwire.Export.Link;

/// <summary>
/// Carries between a session and usbip-host, through the relay that knows every URB: what the host says is written to the kernel in order,
/// and counts as written once it was; what the kernel answers becomes the session's. Whoever brings something writes it, on its own thread,
/// as far as the kernel takes it: each change of threads would add to every URB.
/// </summary>
/// <param name="kernel">Our end of what usbip-host has.</param>
/// <param name="gate">Guards the session, and the relay with it. Never held while anything is sent.</param>
/// <param name="now">The session's clock.</param>
internal sealed class KernelStream(Socket kernel, LinkSession session, ExportRelay relay, Lock gate, Func<TimeSpan> now)
{
    private const int Idle = 0, Writing = 1, WritingAndMore = 2;

    private readonly byte[] _chunk = new byte[UrbFraming.MaxCommand], _answer = new byte[UrbFraming.MaxAnswer];
    private readonly TaskCompletionSource<string?> _writingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action _wrote = static () => { };
    // Nobody begins to write before it is known whom to tell.
    private int _writer = WritingAndMore;
    private volatile bool _isCancelled;
    private int _answerSize;
    private ulong? _number;
    private TaskCompletionSource? _written;

    /// <summary>The session may have messages for the kernel, or room for answers.</summary>
    public void Changed()
    {
        lock (gate) MoveAnswers();
        Write();
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
        lock (gate)
        {
            if (_number is null) return Task.CompletedTask;
            _written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _written.Task;
        }
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
    /// <param name="wrote">Messages were written, and none is left.</param>
    /// <returns>What the host said that cannot be; null: the kernel has ended, or it was cancelled.</returns>
    public async Task<string?> WriteAsync(Action wrote, CancellationToken cancellationToken)
    {
        _wrote = wrote;
        _ = WriteAllAsync();
        await using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(
            static stream =>
            {
                ((KernelStream)stream!)._isCancelled = true;
                ((KernelStream)stream).Write();
            },
            this);
        return await _writingEnded.Task;
    }

    private void Write()
    {
        if (Interlocked.Exchange(ref _writer, WritingAndMore) == Idle) _ = WriteAllAsync();
    }

    // Never throws: what went wrong, whoever awaits WriteAsync gets. Once it has ended it stays the writer: nobody begins again.
    private async Task WriteAllAsync()
    {
        string? fault = null;
        try
        {
            do
            {
                Volatile.Write(ref _writer, Writing);
                while (!_isCancelled && Next() is var length and > 0)
                {
                    for (int sent = 0; sent < length;)
                        sent += await kernel.SendAsync(_chunk.AsMemory(sent, length - sent), SocketFlags.None, CancellationToken.None);
                }
                _wrote();
            }
            while (!_isCancelled && Interlocked.CompareExchange(ref _writer, Idle, Writing) != Writing);
            if (!_isCancelled) return;
        }
        catch (Exception e) when (e is UsbIpFormatException or UsbIpProtocolException)
        {
            fault = e.Message;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The kernel has ended.
        }
#pragma warning disable CA1031 // Whoever awaits the writing gets it: a session whose writer is gone without a word would never end.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _writingEnded.TrySetException(e);
        }
        lock (gate) Finish();
        _writingEnded.TrySetResult(fault);
    }

    // The relay takes all: of what it has for the host there is no more than there are URBs under way.
    private int Take(ReadOnlySpan<byte> bytes, Action answered, out bool isBehind)
    {
        isBehind = false;
        int consumed;
        bool asksAhead;
        lock (gate)
        {
            consumed = relay.FromKernel(bytes);
            MoveAnswers();
            asksAhead = relay.ToKernel.Length > 0;
        }
        answered();
        if (asksAhead) Write();
        return consumed;
    }

    // What the relay has of its own goes first, and the rest of a message that did not fit.
    private int Next()
    {
        lock (gate)
        {
            while (true)
            {
                int length = relay.ToKernel.Read(_chunk);
                if (length > 0) return length;
                if (_number is { } done) session.Written(done, now());
                Finish();
                if (session.State is not (LinkState.Connected or LinkState.Ending)) return 0;
                if (!session.TryPeek(0, out ReadOnlyMemory<byte> message, out ulong next)) return 0;
                _number = next;
                relay.FromHost(message.Span);
                // Some are answered here, and nothing of them goes to the kernel.
                MoveAnswers();
            }
        }
    }

    private void Finish()
    {
        _number = null;
        _written?.SetResult();
        _written = null;
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
