using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>
/// A ping, or the pong that answers it with the same stamp. The stamp is the time of whoever pings and means nothing to the other side.
/// </summary>
public readonly record struct PingFrame(ulong Stamp)
{
    /// <summary>The whole frame in bytes.</summary>
    public const int Size = Frame.HeaderSize + 8;

    /// <summary>Keys behind the stamp are skipped.</summary>
    /// <exception cref="LinkFormatException">Cut short.</exception>
    public static PingFrame Parse(ReadOnlySpan<byte> body) => new(new FieldReader("ping", body).UInt64("stamp"));

    /// <summary>Writes a whole frame.</summary>
    /// <param name="type"><see cref="FrameType.Ping"/> or <see cref="FrameType.Pong"/>.</param>
    /// <returns>Its size.</returns>
    public int Write(Span<byte> destination, FrameType type)
    {
        Frame.WriteHeader(destination, type, Size - Frame.HeaderSize);
        var writer = new FieldWriter(destination[Frame.HeaderSize..]);
        writer.UInt64(Stamp);
        return Size;
    }
}
