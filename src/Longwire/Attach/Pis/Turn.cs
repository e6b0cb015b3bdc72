using System.Net;
using Longwire.Platform;

namespace Longwire.Attach.Pis;

/// <summary>Of the session that has its handshake before the control connection's.</summary>
internal sealed class Turn : IDisposable
{
    private readonly TaskCompletionSource<IPEndPoint> _at = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _givenUp = new();

    public Turn() => GivenUp = _givenUp.Token;

    /// <summary>Ends when somebody takes the control connection there.</summary>
    public Task<IPEndPoint> At => _at.Task;

    /// <summary>Its handshake is to come to an end.</summary>
    public CancellationToken GivenUp { get; }

    /// <returns>Ends when its handshake is over, whatever came of it.</returns>
    public Task Take(IPEndPoint at)
    {
        _at.TrySetResult(at);
        return _over.Task;
    }

    /// <summary>Of one that was taken somewhere.</summary>
    /// <returns>The same; at once where it is elsewhere.</returns>
    public Task OverAt(IPEndPoint at) => IsAt(at) ? _over.Task : Task.CompletedTask;

    /// <summary>The handshake is over.</summary>
    public void End() => _over.TrySetResult();

    /// <summary>Not once its handshake is over: what the Pi then does with the hello may take its time.</summary>
    public void GiveUp()
    {
        if (!_over.Task.IsCompleted) _givenUp.TryCancel();
    }

    /// <inheritdoc cref="GiveUp"/>
    public void GiveUpUnlessAt(IPEndPoint at)
    {
        if (!IsAt(at)) GiveUp();
    }

    private bool IsAt(IPEndPoint at) => at.Equals(_at.Task.Result);

    public void Dispose() => _givenUp.Dispose();
}
