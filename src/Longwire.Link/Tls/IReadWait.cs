namespace Longwire.Link.Tls;

/// <summary>
/// Waits for input on one socket in another way than .NET does, which never hears of it then: the socket is in non-blocking mode. Disposing
/// ends a wait, and comes before the socket is closed.
/// </summary>
public interface IReadWait : IDisposable
{
    /// <summary>
    /// Until there is something to read, its end included. Whoever awaits it goes on where that was noticed, and must not block there.
    /// </summary>
    public ValueTask WaitAsync();

    /// <summary>The same; whoever awaits it goes on on the thread pool. Cancelled, it is over for good.</summary>
    public Task WaitOnPoolAsync(CancellationToken cancellationToken);
}
