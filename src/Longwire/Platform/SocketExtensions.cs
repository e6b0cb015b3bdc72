using System.Net.Sockets;

namespace Longwire.Platform;

/// <summary>What several rooms do with a socket.</summary>
internal static class SocketExtensions
{
    /// <summary>Ends it both ways. Nothing happens if it has ended, which is what was wanted.</summary>
    public static void TryShutdown(this Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already ended.
        }
    }
}
