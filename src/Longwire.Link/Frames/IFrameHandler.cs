using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>What a connection's frames mean. Pings are not among them: the pump answers those.</summary>
public interface IFrameHandler
{
    /// <summary>The earliest moment at which there may be frames to write though nothing else happens; null for never.</summary>
    public TimeSpan? NextDue { get; }

    /// <summary>One frame. Valid until it returns. Called by one thread at a time.</summary>
    /// <exception cref="LinkException">It breaks the protocol: the connection is given up.</exception>
    public void Receive(Frame frame);

    /// <summary>All that came with the last read was received.</summary>
    public void Received();

    /// <summary>The size of the frame that would be written first; 0 for none.</summary>
    public int NextFrameSize { get; }

    /// <summary>Writes as many whole frames as there are and as fit. Called by one thread at a time.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination);
}
