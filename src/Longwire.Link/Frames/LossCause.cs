using System.Globalization;
using System.Net.Sockets;

namespace Longwire.Link.Frames;

/// <summary>How a connection ended.</summary>
/// <param name="Kind">In a word.</param>
/// <param name="Reason">For a person.</param>
public sealed record LossCause(LossKind Kind, string Reason)
{
    /// <summary>Nothing was heard for so long.</summary>
    public static LossCause Silent(TimeSpan silence) =>
        new(LossKind.Silent, string.Create(CultureInfo.InvariantCulture, $"nothing was heard for {silence.TotalSeconds:0.#} s"));

    /// <summary>A read or a write came to this.</summary>
    public static LossCause Of(Exception e)
    {
        ArgumentNullException.ThrowIfNull(e);
        // So it is told by TCP, whose own probes went unanswered.
        bool isSilent = (e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode
            is SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable;
        return new LossCause(isSilent ? LossKind.Silent : LossKind.Closed, $"the connection was lost ({e.Message})");
    }
}

/// <inheritdoc cref="LossCause"/>
public enum LossKind
{
    /// <summary>The other side, or something on the way, ended it.</summary>
    Closed,

    /// <summary>Nothing was heard for too long.</summary>
    Silent,

    /// <summary>The other side broke the protocol.</summary>
    Broken,

    /// <summary>It was ended here.</summary>
    Ended,
}
