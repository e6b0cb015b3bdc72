using Longwire.Link.Errors;
using Longwire.Link.Pairing;

namespace Longwire.Link.Wire;

/// <summary>The verdict on a hello: yes.</summary>
public sealed record Welcome
{
    private const string FrameName = "welcome";
    private const int FixedSize = 28;

    /// <summary>What the server speaks.</summary>
    public ProtocolVersion Version { get; init; } = ProtocolVersion.Current;

    /// <summary>That of the hello.</summary>
    public uint Epoch { get; init; }

    /// <summary>What both sides agreed on: in each of its numbers no more than the hello's.</summary>
    public LinkWindow Window { get; init; } = LinkWindow.Default;

    /// <summary>The number of the message that the server's kernel takes next. It has none that follow it.</summary>
    public ulong NextExpected { get; init; } = 1;

    /// <summary>
    /// How long the server had heard nothing of this session before the hello. On the wire whole milliseconds, 49 days at most.
    /// </summary>
    public TimeSpan Silence { get; init; }

    /// <summary>What the server is called, for people.</summary>
    public string? Name { get; init; }

    /// <summary>The server's release, for people.</summary>
    public string? Release { get; init; }

    /// <summary>
    /// For how long the client may say nothing over this control connection; the server says nothing by itself then, but answers. Zero:
    /// both ping as over any other.
    /// </summary>
    public TimeSpan Quiet { get; init; }

    /// <summary>
    /// In which start of its kernel the server is; null: it does not say. Of two that are alike, what is plugged in there has had power all
    /// the time between. Compared as it is.
    /// </summary>
    public string? BootId { get; init; }

    /// <summary>Over a control connection: what a client may ask for there.</summary>
    public ServerAbilities Abilities { get; init; }

    /// <summary>The whole frame in bytes.</summary>
    public int Size => Frame.HeaderSize + FixedSize + KeyValues.Size(Name) + KeyValues.Size(Release) + KeyValues.Size(BootId)
        + KeyValues.Size(Quiet) + (Abilities == ServerAbilities.None ? 0 : KeyValues.Size(sizeof(uint)));

    /// <exception cref="LinkFormatException">Cut short, or a field outside its range.</exception>
    public static Welcome Parse(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader(FrameName, body);
        ProtocolVersion version = ProtocolVersion.Read(ref reader);
        reader.Require(version.Major == ProtocolVersion.Current.Major, "major", 4, version.Major, "and the hello's is 1");
        uint epoch = reader.UInt32("epoch");
        LinkWindow window = LinkWindow.Read(ref reader);
        ulong next = reader.UInt64("next expected number");
        reader.Require(next != 0, "next expected number", 8, next, "and numbers begin with 1");
        var welcome = new Welcome
        {
            Version = version,
            Epoch = epoch,
            Window = window,
            NextExpected = next,
            Silence = TimeSpan.FromMilliseconds(reader.UInt32("silence")),
        };
        string? name = null, release = null, boot = null;
        TimeSpan? quiet = null;
        ServerAbilities? abilities = null;
        while (KeyValues.TryRead(ref reader, out FrameKey key, out ReadOnlySpan<byte> value))
        {
            switch (key)
            {
                case FrameKey.Name:
                    name ??= KeyValues.ReadText(FrameName, "name", in reader, value);
                    break;
                case FrameKey.Release:
                    release ??= KeyValues.ReadText(FrameName, "release", in reader, value);
                    break;
                case FrameKey.Boot:
                    boot ??= KeyValues.ReadKey(FrameName, "boot id", in reader, value);
                    break;
                case FrameKey.Quiet:
                    quiet ??= KeyValues.ReadTime("quiet", in reader, value);
                    break;
                case FrameKey.Abilities:
                    abilities ??= (ServerAbilities)KeyValues.ReadUInt32("abilities", in reader, value);
                    break;
                default:
                    break;
            }
        }
        return welcome with
        {
            Name = PeerName.Clean(name),
            Release = PeerName.Clean(release),
            BootId = boot,
            Quiet = quiet ?? TimeSpan.Zero,
            Abilities = abilities ?? ServerAbilities.None,
        };
    }

    /// <summary>Writes a whole frame.</summary>
    /// <returns>Its size.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A text of more than 256 bytes.</exception>
    public int Write(Span<byte> destination)
    {
        Frame.WriteHeader(destination, FrameType.Welcome, Size - Frame.HeaderSize);
        var writer = new FieldWriter(destination[Frame.HeaderSize..]);
        writer.UInt16(Version.Major);
        writer.UInt16(Version.Minor);
        writer.UInt32(Epoch);
        Window.Write(ref writer);
        writer.UInt64(NextExpected);
        writer.UInt32((uint)Math.Clamp(Silence.TotalMilliseconds, 0, uint.MaxValue));
        KeyValues.Write(ref writer, FrameKey.Name, Name);
        KeyValues.Write(ref writer, FrameKey.Release, Release);
        KeyValues.Write(ref writer, FrameKey.Quiet, Quiet);
        KeyValues.Write(ref writer, FrameKey.Boot, BootId);
        if (Abilities != ServerAbilities.None) KeyValues.Write(ref writer, FrameKey.Abilities, (uint)Abilities);
        return Frame.HeaderSize + writer.At;
    }
}
