using System.Net.Sockets;

namespace Longwire.Platform;

/// <summary>Accepts who connects to a listening socket, one after the other.</summary>
/// <param name="tell">Told once what goes wrong for longer than a moment, and null when it is over.</param>
internal sealed class Acceptor(Socket listener, TimeProvider time, Action<string?> tell)
{
    /// <summary>Who waits to be accepted is still there in a moment.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// accept(2) tells also what went wrong with a connection before it was taken, which is gone with it. What fails as often as this is of
    /// another kind, such as too many open files.
    /// </summary>
    public const int ToldAfter = 10;

    public async Task<Socket> AcceptAsync(CancellationToken cancellationToken)
    {
        for (int failed = 0; ;)
        {
            try
            {
                Socket client = await listener.AcceptAsync(cancellationToken);
                if (failed >= ToldAfter) tell(null);
                return client;
            }
            catch (SocketException e)
            {
                if (++failed == ToldAfter) tell(e.Message);
                await Task.Delay(Again, time, cancellationToken);
            }
        }
    }
}
