using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>
/// The session is over. It stands behind every message that was sent before it. The other side answers with one of its own, so that the
/// first knows that it arrived: the end of a connection alone never ends a session.
/// </summary>
/// <param name="Reason">Why; an answer has the reason that it answers.</param>
/// <param name="Acknowledged">The number up to which the sender of this frame has written messages to its kernel.</param>
public readonly record struct EndFrame(EndReason Reason, ulong Acknowledged)
{
    /// <summary>The whole frame in bytes.</summary>
    public const int Size = Frame.HeaderSize + 10;

    /// <summary>Keys behind the fields are skipped.</summary>
    /// <exception cref="LinkFormatException">Cut short, or the reason 0.</exception>
    public static EndFrame Parse(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader("end", body);
        ushort reason = reader.UInt16("reason");
        reader.Require(reason != 0, "reason", 2, reason, "and reasons begin with 1");
        return new EndFrame((EndReason)reason, reader.UInt64("acknowledged"));
    }

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its size.</returns>
    public int Write(Span<byte> destination)
    {
        Frame.WriteHeader(destination, FrameType.End, Size - Frame.HeaderSize);
        var writer = new FieldWriter(destination[Frame.HeaderSize..]);
        writer.UInt16((ushort)Reason);
        writer.UInt64(Acknowledged);
        return Size;
    }
}
