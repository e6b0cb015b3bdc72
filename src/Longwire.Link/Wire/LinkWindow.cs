using System.Globalization;
using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>
/// How much one direction may hold that the far kernel has not taken yet. The sender keeps no more than this for replay, and the receiver
/// has room for as much: so whatever is sent can be received at once, and reading the network never waits for a kernel.
/// </summary>
/// <param name="Messages">16 to 65,536.</param>
/// <param name="Bytes">Of messages, without their frames: 4,096 to 16,777,216.</param>
public readonly record struct LinkWindow(int Messages, int Bytes)
{
    internal const int Size = 8;
    private const int LeastMessages = 16, MostMessages = 65_536;
    private const int LeastBytes = 4096, MostBytes = 16 * 1024 * 1024;

    /// <summary>1,024 messages and 256 KiB: 20 s of a serial line at 115,200 bit/s.</summary>
    public static LinkWindow Default { get; } = new(1024, 256 * 1024);

    /// <summary>The largest message that fits: in the window, and in a frame.</summary>
    public int MaxMessage => Math.Min(Bytes, DataFrame.MaxMessage);

    internal bool IsAllowed => Messages is >= LeastMessages and <= MostMessages && Bytes is >= LeastBytes and <= MostBytes;

    /// <summary>What two sides agree on, each having said what it would take.</summary>
    internal static LinkWindow Agree(LinkWindow one, LinkWindow other) =>
        new(Math.Min(one.Messages, other.Messages), Math.Min(one.Bytes, other.Bytes));

    /// <exception cref="LinkProtocolException">It is not what was agreed on, or does not hold the largest message that may
    /// come.</exception>
    internal void Require(LinkWindow agreed, int largest)
    {
        if (this != agreed) throw new LinkProtocolException($"window is {this}, not {agreed}");
        if (MaxMessage < largest) LinkProtocolException.ThrowNumber("room for one message", (ulong)MaxMessage, (ulong)largest, MostBytes);
    }

    internal static LinkWindow Read(ref FieldReader reader)
    {
        uint messages = reader.UInt32("messages of the window");
        reader.Require(messages is >= LeastMessages and <= MostMessages, "messages of the window", 4, messages, "not 16 to 65536");
        uint bytes = reader.UInt32("bytes of the window");
        reader.Require(bytes is >= LeastBytes and <= MostBytes, "bytes of the window", 4, bytes, "not 4096 to 16777216");
        return new LinkWindow((int)messages, (int)bytes);
    }

    internal void Write(ref FieldWriter writer)
    {
        writer.UInt32((uint)Messages);
        writer.UInt32((uint)Bytes);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Messages} messages, {Bytes} bytes");
}
