using System.Net;

namespace Longwire.Attach.Pis;

/// <summary>Who wants to know what becomes of the attempts at a Pi's addresses. Called on any thread.</summary>
internal sealed class DialProgress
{
    /// <summary>
    /// Why one came to nothing, and how long to wait before the next beside the usual pause. May throw, to end all of them.
    /// </summary>
    public required Func<IOException, TimeSpan> Failed { get; init; }

    /// <summary>
    /// Somebody at this address has taken the connection; who that is, and what the Pi says, is still awaited. What it gives is disposed,
    /// once or more, when the handshake is over.
    /// </summary>
    public Func<IPEndPoint, IDisposable?> Taken { get; init; } = static _ => null;

    /// <summary>One that was taken came to nothing after all.</summary>
    public Action<IPEndPoint> Dropped { get; init; } = static _ => { };
}
