using System.Net;
using Longwire.Link.Errors;
using Longwire.Link.Liveness;
using Longwire.Link.Wire;

namespace Longwire.Attach.Pis;

/// <summary>
/// Connects sessions to a Pi: where its control connection stands. One of those that wait for its return goes ahead from the moment at
/// which somebody takes that connection, with its handshake before the other's: its stick is waited for.
/// </summary>
#pragma warning disable CA1001 // Whoever still connects through this, or asks once more, must not find it gone; it has nothing to free.
internal sealed class SessionConnector(PiConnector connector, TimeProvider time)
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _connecting = new(LinkTimers.MostTaken);
    private CancellationTokenSource _fell = new();
    private TaskCompletionSource<IPEndPoint> _standing = New();
    private Turn? _ahead, _dialling;
    private bool _isSlow;

    /// <inheritdoc cref="IPiLink.ConnectAsync"/>
    public async Task<PiConnection> ConnectAsync(Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken)
    {
        Task<IPEndPoint> standing;
        CancellationToken fell;
        lock (_gate) (standing, fell) = (_standing.Task, _fell.Token);
        IPEndPoint at = await standing.WaitAsync(cancellationToken);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, fell);
        try
        {
            await _connecting.WaitAsync(either.Token);
            using var place = new Place(_connecting);
            long began = time.GetTimestamp();
            var progress = new AttemptProgress
            {
                Secured = () =>
                {
                    // What the Pi does with the hello may take its time, and is another one's for each stick.
                    place.Dispose();
                    if (time.GetElapsedTime(began) >= LinkTimers.Ahead) return;
                    lock (_gate) _isSlow = false;
                },
            };
            return await connector.ConnectAsync(at, hello(), within, progress, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LinkClosedException($"{at} was lost meanwhile");
        }
    }

    /// <inheritdoc cref="IPiLink.ReconnectAsync"/>
    public async Task<PiConnection> ReconnectAsync(Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken)
    {
        // A program that is stopping may take a connection, too: after that it is tried with the next one that does.
        while (TryGoAhead(out Task standing) is { } turn)
        {
            try
            {
                await Task.WhenAny(turn.At, standing).WaitAsync(cancellationToken);
                if (!turn.At.IsCompleted) break;
                if (await TryAheadAsync(turn, hello, within, cancellationToken) is { } ahead) return ahead;
            }
            finally
            {
                Leave(turn);
                turn.Dispose();
            }
        }
        return await ConnectAsync(hello, within, cancellationToken);
    }

    /// <summary>Somebody there takes the control connection; who that is, and what it says, is still awaited.</summary>
    /// <returns>
    /// Ends when the session that goes ahead there has had its handshake: two at once take as long as both, and that one is waited for.
    /// </returns>
    public Task ControlTaken(IPEndPoint at)
    {
        lock (_gate)
        {
            // After a cut several attempts are taken at once, each of which would hold up the session as much as the first.
            if (_ahead is not { } turn) return _dialling?.OverAt(at) ?? Task.CompletedTask;
            (_ahead, _dialling) = (null, turn);
            return turn.Take(at);
        }
    }

    public void ControlStands(IPEndPoint at)
    {
        Turn? dialling;
        lock (_gate)
        {
            _standing.TrySetResult(at);
            dialling = _dialling;
        }
        // Whatever is at another address may hang.
        dialling?.GiveUpUnlessAt(at);
    }

    /// <summary>Whoever waits for it goes on waiting for the next one that stands, if this one never did.</summary>
    public async Task ControlFellAsync()
    {
        CancellationTokenSource? fell = null;
        lock (_gate)
        {
#pragma warning disable CA2000 // As above: it has nothing to free.
            if (_standing.Task.IsCompleted) (_standing, fell, _fell) = (New(), _fell, new CancellationTokenSource());
#pragma warning restore CA2000
        }
        if (fell is not null) await fell.CancelAsync();
        fell?.Dispose();
    }

    private static TaskCompletionSource<IPEndPoint> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <returns>Null: it stands, or is too slow for two handshakes, or another session goes ahead.</returns>
    private Turn? TryGoAhead(out Task standing)
    {
        lock (_gate)
        {
            standing = _standing.Task;
            if (standing.IsCompleted || _isSlow || _ahead is not null) return null;
            return _ahead = new Turn();
        }
    }

    private void Leave(Turn turn)
    {
        lock (_gate)
        {
            if (_ahead == turn) _ahead = null;
            if (_dialling == turn) _dialling = null;
        }
        turn.End();
    }

    /// <summary>Nothing that comes of it counts but success.</summary>
    private async Task<PiConnection?> TryAheadAsync(
        Turn turn, Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.GivenUp);
        bool isSlow = false;
        await using ITimer late = time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref isSlow, true);
                turn.GiveUp();
            },
            null, LinkTimers.Ahead, Timeout.InfiniteTimeSpan);
        var progress = new AttemptProgress
        {
            Secured = () =>
            {
                late.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                turn.End();
            },
        };
        try
        {
            return await connector.ConnectAsync(await turn.At, hello(), within, progress, either.Token);
        }
        catch (IOException)
        {
            // Whether we are let in at all is for the control connection to hear, which knows what to do then. And whoever loses a session
            // is to know by then whether its stick is there.
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            lock (_gate) _isSlow |= Volatile.Read(ref isSlow);
            return null;
        }
    }

    /// <summary>Left once, however often it is asked to.</summary>
    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) places.Release();
        }
    }
}
