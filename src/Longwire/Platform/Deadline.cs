namespace Longwire.Platform;

/// <summary>A token that ends with another one, or when the time is over.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    public Deadline(TimeSpan within, TimeProvider time, CancellationToken cancellationToken)
    {
        _timer = new CancellationTokenSource(within, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
    }

    public CancellationToken Token => _either.Token;
    public bool Passed => _timer.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
