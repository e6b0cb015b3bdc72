using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>
/// The verdict on a hello: no. Its fields stand at the same places in every major, so that a peer of any other can read them.
/// </summary>
/// <param name="Version">What the server speaks.</param>
/// <param name="Reason">Why.</param>
public readonly record struct Refusal(ProtocolVersion Version, RefusalReason Reason)
{
    /// <summary>The whole frame in bytes.</summary>
    public const int Size = Frame.HeaderSize + 6;

    /// <summary>Whatever stands behind the fields is skipped.</summary>
    /// <exception cref="LinkFormatException">Cut short, or the reason 0.</exception>
    public static Refusal Parse(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader("refusal", body);
        ProtocolVersion version = ProtocolVersion.Read(ref reader);
        ushort reason = reader.UInt16("reason");
        reader.Require(reason != 0, "reason", 2, reason, "and reasons begin with 1");
        return new Refusal(version, (RefusalReason)reason);
    }

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its size.</returns>
    public int Write(Span<byte> destination)
    {
        Frame.WriteHeader(destination, FrameType.Refusal, Size - Frame.HeaderSize);
        var writer = new FieldWriter(destination[Frame.HeaderSize..]);
        writer.UInt16(Version.Major);
        writer.UInt16(Version.Minor);
        writer.UInt16((ushort)Reason);
        return Size;
    }
}
