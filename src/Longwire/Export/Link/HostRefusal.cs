using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Platform;

namespace Longwire.Export.Link;

/// <summary>No, said to a host.</summary>
internal static class HostRefusal
{
    /// <summary>Until the host has gone, or <see cref="ExportTimers.HostLeaves"/>: nobody may wait for a host that does not go.</summary>
    public static async Task SayAsync(LinkConnection connection, RefusalReason no, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.HostLeaves, time, cancellationToken);
        try
        {
            await Handshake.RefuseAsync(connection, no, deadline.Token);
            // Closed with that on its way, the connection would end with a reset, perhaps ahead of our answer.
            await Handshake.WaitForEndAsync(connection, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It has had its time.
        }
    }
}
