using System.Net;

namespace Longwire.Attach.Pis;

/// <summary>Where a Pi answers: known once somebody takes the control connection there, and certain while that stands.</summary>
internal sealed class AnsweringAddress
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<IPEndPoint> _at = New();
    private bool _stands;
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

    /// <summary>The control connection stands there. Else whoever answers may be a program that is just being stopped.</summary>
    public bool IsCertain
    {
        get
        {
            lock (_gate) return _stands;
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
        CancellationTokenSource? lost;
        lock (_gate)
        {
            lost = _at.Task.IsCompleted && !at.Equals(_at.Task.Result) ? Renew() : null;
            _at.TrySetResult(at);
            _stands = true;
        }
        End(lost);
    }

    public void Lose()
    {
        CancellationTokenSource? lost;
        lock (_gate) lost = _at.Task.IsCompleted ? Renew() : null;
        End(lost);
    }

    /// <summary>What was taken there has come to nothing. What is certain stays so.</summary>
    public void Lose(IPEndPoint at)
    {
        CancellationTokenSource? lost;
        lock (_gate) lost = !_stands && _at.Task.IsCompleted && at.Equals(_at.Task.Result) ? Renew() : null;
        End(lost);
    }

    // Whoever waits for it goes on waiting for the next one that answers, if this one never did.
    private CancellationTokenSource Renew()
    {
        CancellationTokenSource lost = _lost;
        (_at, _stands, _lost) = (New(), false, new CancellationTokenSource());
        return lost;
    }

    private static void End(CancellationTokenSource? lost)
    {
        lost?.Cancel();
        lost?.Dispose();
    }

    private static TaskCompletionSource<IPEndPoint> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
