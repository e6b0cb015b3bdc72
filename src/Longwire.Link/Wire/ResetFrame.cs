using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>Over a control connection, from the client: the server is to set something anew that it carries.</summary>
/// <param name="Subject">As in a <see cref="Hello"/>: what the server calls it, a clean name.</param>
public sealed record ResetFrame(string Subject, ResetStep Step)
{
    private const string FrameName = "reset";

    /// <summary>The bytes of the fixed fields.</summary>
    internal const int FixedSize = 1;

    /// <summary>The whole frame in bytes.</summary>
    public int Size => Frame.HeaderSize + FixedSize + KeyValues.Size(Subject);

    /// <exception cref="LinkFormatException">Cut short, or without a subject.</exception>
    public static ResetFrame Parse(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader(FrameName, body);
        var step = (ResetStep)reader.Byte("step");
        return new ResetFrame(ReadSubject(FrameName, ref reader), step);
    }

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its size.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A subject of more than 256 bytes.</exception>
    public int Write(Span<byte> destination)
    {
        Frame.WriteHeader(destination, FrameType.Reset, Size - Frame.HeaderSize);
        var writer = new FieldWriter(destination[Frame.HeaderSize..]);
        writer.Byte((byte)Step);
        KeyValues.Write(ref writer, FrameKey.Subject, Subject);
        return Frame.HeaderSize + writer.At;
    }

    internal static string ReadSubject(string frame, ref FieldReader reader)
    {
        string? subject = null;
        while (KeyValues.TryRead(ref reader, out FrameKey key, out ReadOnlySpan<byte> value))
        {
            if (key == FrameKey.Subject) subject ??= KeyValues.ReadKey(frame, "subject", in reader, value);
        }
        return subject ?? throw new LinkFormatException($"{frame}: it has no subject");
    }
}
