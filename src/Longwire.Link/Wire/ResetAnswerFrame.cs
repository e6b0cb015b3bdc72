using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>Over a control connection, from the server: what became of a <see cref="ResetFrame"/> of the same subject and step.</summary>
public sealed record ResetAnswerFrame(string Subject, ResetStep Step, ResetOutcome Outcome)
{
    private const string FrameName = "reset answer";

    /// <summary>The bytes of the fixed fields.</summary>
    internal const int FixedSize = 2;

    /// <summary>The whole frame in bytes.</summary>
    public int Size => Frame.HeaderSize + FixedSize + KeyValues.Size(Subject);

    /// <exception cref="LinkFormatException">Cut short, or without a subject.</exception>
    public static ResetAnswerFrame Parse(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader(FrameName, body);
        var step = (ResetStep)reader.Byte("step");
        var outcome = (ResetOutcome)reader.Byte("outcome");
        return new ResetAnswerFrame(ResetFrame.ReadSubject(FrameName, ref reader), step, outcome);
    }

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its size.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A subject of more than 256 bytes.</exception>
    public int Write(Span<byte> destination)
    {
        Frame.WriteHeader(destination, FrameType.ResetAnswer, Size - Frame.HeaderSize);
        var writer = new FieldWriter(destination[Frame.HeaderSize..]);
        writer.Byte((byte)Step);
        writer.Byte((byte)Outcome);
        KeyValues.Write(ref writer, FrameKey.Subject, Subject);
        return Frame.HeaderSize + writer.At;
    }
}
