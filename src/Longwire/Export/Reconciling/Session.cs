using System.Net.Sockets;

namespace Longwire.Export.Reconciling;

/// <summary>A stick being served.</summary>
/// <param name="DeviceNumber">
/// Changes with every plugging: what is served at the same bus id under another number is not this session.
/// </param>
/// <param name="Connection">Our copy of what the kernel reads and writes; null for a session that our former life began.</param>
/// <param name="Client">Its address; else a word for the log.</param>
internal sealed record Session(ExportedStick Stick, uint DeviceNumber, Socket? Connection, string Client)
{
    /// <summary>Ends it as its client would. One that is not ours to end stays.</summary>
    public void HangUp()
    {
        try
        {
            Connection?.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }
}
