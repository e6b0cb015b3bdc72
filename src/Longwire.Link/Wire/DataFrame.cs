using System.Buffers.Binary;
using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>
/// One whole message with its number. The message is the rest of the frame, so there are no keys. Reading and writing allocate nothing.
/// </summary>
public readonly ref struct DataFrame
{
    /// <summary>The largest message, in bytes.</summary>
    public const int MaxMessage = Frame.MaxLength - 1 - FixedSize;

    internal const int FixedSize = 16;
    private const string Name = "data";

    private DataFrame(ulong number, ulong acknowledged, ReadOnlySpan<byte> message)
    {
        Number = number;
        Acknowledged = acknowledged;
        Message = message;
    }

    /// <summary>Of the message: 1, 2, 3, … in each direction.</summary>
    public ulong Number { get; }

    /// <summary>The number up to which the sender of this frame has written messages to its kernel; 0 for none.</summary>
    public ulong Acknowledged { get; }

    /// <summary>At least one byte.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <exception cref="LinkFormatException">Cut short, the number 0, or no message.</exception>
    public static DataFrame Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length <= FixedSize)
            LinkFormatException.ThrowShort(Name, "number, acknowledged and message", 0, FixedSize + 1, body.Length);
        ulong number = BinaryPrimitives.ReadUInt64BigEndian(body);
        if (number == 0) LinkFormatException.ThrowValue(Name, "number", 0, 0, "and numbers begin with 1");
        return new DataFrame(number, BinaryPrimitives.ReadUInt64BigEndian(body[8..]), body[FixedSize..]);
    }

    /// <summary>The whole frame in bytes, for a message of this length.</summary>
    public static int Size(int messageLength) => Frame.HeaderSize + FixedSize + messageLength;

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its size.</returns>
    public static int Write(Span<byte> destination, ulong number, ulong acknowledged, ReadOnlySpan<byte> message)
    {
        Frame.WriteHeader(destination, FrameType.Data, FixedSize + message.Length);
        BinaryPrimitives.WriteUInt64BigEndian(destination[Frame.HeaderSize..], number);
        BinaryPrimitives.WriteUInt64BigEndian(destination[(Frame.HeaderSize + 8)..], acknowledged);
        message.CopyTo(destination[(Frame.HeaderSize + FixedSize)..]);
        return Size(message.Length);
    }
}
