using Longwire.Link.Errors;
using Longwire.Link.Pairing;

namespace Longwire.Link.Wire;

/// <summary>The first frame of a connection: who connects, and what the session is to go on with.</summary>
public sealed record Hello
{
    private const string FrameName = "hello";
    private const int FixedSize = 68;
    private const byte ResumeFlag = 1, TakeOverFlag = 2;

    public ProtocolVersion Version { get; init; } = ProtocolVersion.Current;

    public HelloPurpose Purpose { get; init; } = HelloPurpose.Session;

    /// <summary>The session was welcomed before: a server that does not know it must not open a new one.</summary>
    public bool Resume { get; init; }

    /// <summary>A person wants it taken from another key that holds it.</summary>
    public bool TakeOver { get; init; }

    public SessionId SessionId { get; init; }

    /// <summary>Which connection of the session this is. Each has a higher one than those before it; the first has 1.</summary>
    public uint Epoch { get; init; }

    /// <summary>What the client would hold; once the session was welcomed, what was agreed on.</summary>
    public LinkWindow Window { get; init; } = LinkWindow.Default;

    /// <summary>The number of the message that the client's kernel takes next. It has none that follow it.</summary>
    public ulong NextExpected { get; init; } = 1;

    public InstanceNonce Instance { get; init; }

    /// <summary>How often the program has started with its data folder. Of two runs with one key, the higher one has the session.</summary>
    public ulong StartCounter { get; init; }

    /// <summary>Of a pairing code, as long as the key is not enrolled.</summary>
    public PairingToken? Token { get; init; }

    /// <summary>What the client is called, for people.</summary>
    public string? Name { get; init; }

    /// <summary>What the session is to carry, as the server called it: compared byte for byte, so it must be a clean name.</summary>
    public string? Subject { get; init; }

    /// <summary>The client's release, for people.</summary>
    public string? Release { get; init; }

    /// <summary>
    /// For how long the client waits for a lost connection, so that the server knows how long to keep the session. On the wire whole
    /// milliseconds, 49 days at most.
    /// </summary>
    public TimeSpan Hold { get; init; }

    /// <summary>
    /// For how long the client would say nothing over a control connection, not even a ping; zero: it pings as over any other. On the wire
    /// whole milliseconds, 49 days at most.
    /// </summary>
    public TimeSpan Quiet { get; init; }

    /// <summary>The whole frame in bytes.</summary>
    public int Size => Frame.HeaderSize + FixedSize + (Token is null ? 0 : KeyValues.Size(PairingToken.Size))
        + KeyValues.Size(Name) + KeyValues.Size(Subject) + KeyValues.Size(Release)
        + KeyValues.Size(Hold) + KeyValues.Size(Quiet);

    /// <summary>The version alone, which stands at the same place in every major. Of another major nothing else may be read.</summary>
    /// <exception cref="LinkFormatException">Cut short.</exception>
    public static ProtocolVersion ParseVersion(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader(FrameName, body);
        return ProtocolVersion.Read(ref reader);
    }

    /// <summary>Reads a hello of our major. Of another purpose than a session the session's fields are not looked at.</summary>
    /// <exception cref="LinkFormatException">Cut short, another major, or a field outside its range.</exception>
    public static Hello Parse(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader(FrameName, body);
        ProtocolVersion version = ProtocolVersion.Read(ref reader);
        reader.Require(version.Major == ProtocolVersion.Current.Major, "major", 4, version.Major, "and ours is 1");
        var purpose = (HelloPurpose)reader.Byte("purpose");
        byte flags = reader.Byte("flags");
        reader.UInt16("reserved");
        var hello = new Hello
        {
            Version = version,
            Purpose = purpose,
            Resume = (flags & ResumeFlag) != 0,
            TakeOver = (flags & TakeOverFlag) != 0,
        };
        hello = purpose == HelloPurpose.Session ? hello.WithSession(ref reader) : hello.WithoutSession(ref reader);
        hello = hello with { Instance = new InstanceNonce(reader.UInt128("instance")), StartCounter = reader.UInt64("start counter") };
        return hello.WithKeys(ref reader);
    }

    private Hello WithSession(ref FieldReader reader)
    {
        var id = new SessionId(reader.UInt128("session id"));
        uint epoch = reader.UInt32("epoch");
        reader.Require(epoch != 0, "epoch", 4, epoch, "and epochs begin with 1");
        LinkWindow window = LinkWindow.Read(ref reader);
        ulong next = reader.UInt64("next expected number");
        reader.Require(next != 0, "next expected number", 8, next, "and numbers begin with 1");
        reader.Require(Resume || next == 1, "next expected number", 8, next, "though the session is a new one");
        return this with { SessionId = id, Epoch = epoch, Window = window, NextExpected = next };
    }

    private Hello WithoutSession(ref FieldReader reader)
    {
        reader.Bytes("session", 16 + 4 + LinkWindow.Size + 8);
        return this;
    }

    private Hello WithKeys(ref FieldReader reader)
    {
        PairingToken? token = null;
        string? name = null, subject = null, release = null;
        TimeSpan? hold = null, quiet = null;
        while (KeyValues.TryRead(ref reader, out FrameKey key, out ReadOnlySpan<byte> value))
        {
            switch (key)
            {
                case FrameKey.Token:
                    reader.Require(
                        value.Length == PairingToken.Size, "length of token", value.Length + 2, (ulong)value.Length, "not 16");
                    token ??= new PairingToken(value);
                    break;
                case FrameKey.Name:
                    name ??= KeyValues.ReadText(FrameName, "name", in reader, value);
                    break;
                case FrameKey.Subject:
                    subject ??= KeyValues.ReadKey(FrameName, "subject", in reader, value);
                    break;
                case FrameKey.Release:
                    release ??= KeyValues.ReadText(FrameName, "release", in reader, value);
                    break;
                case FrameKey.Hold:
                    hold ??= KeyValues.ReadTime("hold", in reader, value);
                    break;
                case FrameKey.Quiet:
                    quiet ??= KeyValues.ReadTime("quiet", in reader, value);
                    break;
                default:
                    break;
            }
        }
        return this with
        {
            Token = token,
            Name = PeerName.Clean(name),
            Subject = subject,
            Release = PeerName.Clean(release),
            Hold = hold ?? TimeSpan.Zero,
            Quiet = quiet ?? TimeSpan.Zero,
        };
    }

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its size.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A text of more than 256 bytes.</exception>
    public int Write(Span<byte> destination)
    {
        Frame.WriteHeader(destination, FrameType.Hello, Size - Frame.HeaderSize);
        var writer = new FieldWriter(destination[Frame.HeaderSize..]);
        writer.UInt16(Version.Major);
        writer.UInt16(Version.Minor);
        writer.Byte((byte)Purpose);
        writer.Byte((byte)((Resume ? ResumeFlag : 0) | (TakeOver ? TakeOverFlag : 0)));
        writer.UInt16(0);
        writer.UInt128(SessionId.Value);
        writer.UInt32(Epoch);
        Window.Write(ref writer);
        writer.UInt64(NextExpected);
        writer.UInt128(Instance.Value);
        writer.UInt64(StartCounter);
        if (Token is not null) KeyValues.Write(ref writer, FrameKey.Token, Token.Bytes);
        KeyValues.Write(ref writer, FrameKey.Name, Name);
        KeyValues.Write(ref writer, FrameKey.Subject, Subject);
        KeyValues.Write(ref writer, FrameKey.Release, Release);
        KeyValues.Write(ref writer, FrameKey.Hold, Hold);
        KeyValues.Write(ref writer, FrameKey.Quiet, Quiet);
        return Frame.HeaderSize + writer.At;
    }
}
