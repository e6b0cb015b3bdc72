using System.Net;
using Longwire.Link.Errors;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Platform;

namespace Longwire.Attach.Pis;

/// <summary>
/// Connects sessions to a Pi: where its control connection stands. One of those that wait for its return goes ahead, beside that connection
/// from the moment at which somebody takes it, so that a Pi whose export was started anew has both handshakes at one time.
/// </summary>
internal sealed class SessionConnector(PiConnector connector, TimeProvider time)
{
    private readonly Lock _gate = new();
#pragma warning disable CA2213 // Whoever still connects through this, or asks once more, must not find it gone; it has nothing to free.
    private readonly SemaphoreSlim _connecting = new(LinkTimers.MostTaken);
    private CancellationTokenSource _fell = new();
#pragma warning restore CA2213
    private TaskCompletionSource<IPEndPoint> _standing = New();
    private TaskCompletionSource<IPEndPoint>? _ahead;
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
            // What the Pi does with the hello may take its time, and is another one's for each stick.
            return await connector.ConnectAsync(at, hello(), within, new AttemptProgress { Secured = place.Dispose }, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LinkClosedException($"{at} was lost meanwhile");
        }
    }

    /// <inheritdoc cref="IPiLink.ReconnectAsync"/>
    public async Task<PiConnection> ReconnectAsync(Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken)
    {
        // A program that is on its way out may take a connection, too: after that it is tried with the next one that does.
        while (await TakenAsync(cancellationToken) is { } at)
        {
            if (await TryAheadAsync(at, hello, within, cancellationToken) is { } ahead) return ahead;
        }
        return await ConnectAsync(hello, within, cancellationToken);
    }

    /// <summary>Somebody there takes the control connection; who that is, and what it says, is still awaited.</summary>
    public void ControlTaken(IPEndPoint at)
    {
        TaskCompletionSource<IPEndPoint>? ahead;
        lock (_gate) (ahead, _ahead) = (_ahead, null);
        ahead?.TrySetResult(at);
    }

    public void ControlStands(IPEndPoint at)
    {
        lock (_gate)
        {
            _isSlow = false;
            _standing.TrySetResult(at);
        }
    }

    /// <summary>Whoever waits for it goes on waiting for the next one that stands, if this one never did.</summary>
    public async Task ControlFellAsync()
    {
        CancellationTokenSource? fell = null;
        lock (_gate)
        {
#pragma warning disable CA2000 // See there.
            if (_standing.Task.IsCompleted) (_standing, fell, _fell) = (New(), _fell, new CancellationTokenSource());
#pragma warning restore CA2000
        }
        if (fell is not null) await fell.CancelAsync();
        fell?.Dispose();
    }

    private static TaskCompletionSource<IPEndPoint> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <returns>Null: it stands, or is too slow for two handshakes at once, or another session goes ahead.</returns>
    private async Task<IPEndPoint?> TakenAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<IPEndPoint> own = New();
        Task standing;
        lock (_gate)
        {
            if (_standing.Task.IsCompleted || _isSlow || _ahead is not null) return null;
            (_ahead, standing) = (own, _standing.Task);
        }
        try
        {
            await Task.WhenAny(own.Task, standing).WaitAsync(cancellationToken);
            return own.Task.IsCompleted ? await own.Task : null;
        }
        finally
        {
            lock (_gate)
            {
                if (_ahead == own) _ahead = null;
            }
        }
    }

    /// <summary>Nothing that comes of it counts but success, and what the Pi says of the session itself.</summary>
    private async Task<PiConnection?> TryAheadAsync(
        IPEndPoint at, Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken)
    {
        using var tooSlow = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Until the next attempt at a control connection may be beside the first.
        await using ITimer late = time.CreateTimer(
            _ => tooSlow.TryCancel(), null, LinkTimers.BesideTaken, Timeout.InfiniteTimeSpan);
        var progress = new AttemptProgress { Secured = () => late.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) };
        try
        {
            return await connector.ConnectAsync(at, hello(), within, progress, tooSlow.Token);
        }
        catch (LinkRefusedException e) when (IsOfSession(e.Refusal.Reason))
        {
            throw;
        }
        catch (IOException)
        {
            // Whether we are let in at all is for the control connection to hear, which knows what to do then.
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            lock (_gate) _isSlow = true;
            return null;
        }
    }

    private static bool IsOfSession(RefusalReason reason) =>
        reason is RefusalReason.UnknownSession or RefusalReason.TakenOver or RefusalReason.Superseded;

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
