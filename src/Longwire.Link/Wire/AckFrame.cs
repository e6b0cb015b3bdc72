using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>What was written to the kernel, when no message goes the other way to say it.</summary>
/// <param name="Acknowledged">The number up to which messages have been written.</param>
public readonly record struct AckFrame(ulong Acknowledged)
{
    /// <summary>The whole frame in bytes.</summary>
    public const int Size = Frame.HeaderSize + 8;

    /// <summary>Keys behind the number are skipped.</summary>
    /// <exception cref="LinkFormatException">Cut short.</exception>
    public static AckFrame Parse(ReadOnlySpan<byte> body) => new(new FieldReader("ack", body).UInt64("acknowledged"));

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its size.</returns>
    public int Write(Span<byte> destination)
    {
        Frame.WriteHeader(destination, FrameType.Ack, Size - Frame.HeaderSize);
        var writer = new FieldWriter(destination[Frame.HeaderSize..]);
        writer.UInt64(Acknowledged);
        return Size;
    }
}
