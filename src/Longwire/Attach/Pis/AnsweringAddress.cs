using System.Net;

namespace Longwire.Attach.Pis;

/// <summary>
/// Where a Pi answers, for whatever connects to it beside its control connection. That is known once somebody there takes the latter: a radio
/// that waits for its Pi's return begins its own handshake at that moment, which asks for the Pi's key as well, and not only after the Pi
/// has looked through its sticks.
/// </summary>
internal sealed class AnsweringAddress
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<IPEndPoint> _at = New();
#pragma warning disable CA2213 // Whoever still connects by it must not find it gone; it has nothing to free.
    private CancellationTokenSource _lost = new();
#pragma warning restore CA2213

    /// <summary>Ends once it answers; and what cancels whoever then goes there, because it does so no longer.</summary>
    public (Task<IPEndPoint> At, CancellationToken Lost) Now
    {
        get
        {
            lock (_gate) return (_at.Task, _lost.Token);
        }
    }

    /// <summary>The first one counts until that is lost.</summary>
    public void Answers(IPEndPoint at)
    {
        lock (_gate) _at.TrySetResult(at);
    }

    /// <summary>There the control connection stands, wherever else somebody answered first.</summary>
    public void Stands(IPEndPoint at)
    {
        LoseIf(other => !other.Equals(at));
        Answers(at);
    }

    public void Lose() => LoseIf(static _ => true);

    /// <summary>An attempt that was taken there has come to nothing.</summary>
    public void Lose(IPEndPoint at) => LoseIf(at.Equals);

    // Whoever waits for it goes on waiting for the next one that answers, if this one never did.
    private void LoseIf(Predicate<IPEndPoint> which)
    {
        CancellationTokenSource lost;
        lock (_gate)
        {
            if (!_at.Task.IsCompletedSuccessfully || !which(_at.Task.Result)) return;
            (_at, lost, _lost) = (New(), _lost, new CancellationTokenSource());
        }
        lost.Cancel();
        lost.Dispose();
    }

    private static TaskCompletionSource<IPEndPoint> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
