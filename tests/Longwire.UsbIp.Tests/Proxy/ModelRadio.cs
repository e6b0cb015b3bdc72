using System.Buffers.Binary;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>
/// The stick and its radios: what they were told, and what they say. OUTs carry their number, INs carry the radio's count, so that what is
/// lost, doubled or out of order shows.
/// </summary>
internal sealed class ModelRadio
{
    /// <summary>Bytes of an OUT before its filling.</summary>
    public const int OutHeader = 4;

    /// <summary>Bytes of one word that a radio says.</summary>
    public const int Word = 4;

    /// <summary>bRequest of a setting that it keeps.</summary>
    public const byte SetRequest = 0x30;

    private const int Endpoints = 5;
    private readonly int[] _lastOut = new int[Endpoints];
    private readonly int[] _words = new int[Endpoints];

    /// <summary>Every OUT that was ever written to it, by its number.</summary>
    public List<ModelOut> Outs { get; } = [];

    public int Arrived { get; private set; }

    /// <summary>Bytes that it has said.</summary>
    public long Said { get; private set; }

    /// <summary>What was set, by wIndex; null: as it is after it was plugged in.</summary>
    public int?[] Settings { get; } = new int?[2];

    public static int NumberOf(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadInt32BigEndian(data);

    public static void Fill(Span<byte> data, int number)
    {
        data.Fill((byte)number);
        BinaryPrimitives.WriteInt32BigEndian(data, number);
    }

    /// <summary>It lost its power.</summary>
    public void Reset() => Array.Clear(Settings);

    public void Hear(uint ep, ReadOnlySpan<byte> data)
    {
        int number = NumberOf(data);
        ModelOut heard = Outs[number];
        Plan.Check(heard.Ep == ep && heard.Length == data.Length, "an OUT arrives as it was written");
        Plan.Check(data[OutHeader..].IndexOfAnyExcept((byte)number) < 0, "the bytes of an OUT arrive whole");
        Plan.Check(number + 1 > _lastOut[ep], "no OUT arrives twice or behind a later one");
        _lastOut[ep] = number + 1;
        heard.Arrived = true;
        Arrived++;
    }

    public void Say(uint ep, Span<byte> data)
    {
        for (; data.Length >= Word; data = data[Word..]) BinaryPrimitives.WriteInt32BigEndian(data, ++_words[ep]);
        Plan.Check(data.IsEmpty, "a radio says whole words");
    }

    public void CountSaid(int bytes) => Said += bytes;
}

/// <summary>One OUT of the host.</summary>
internal sealed class ModelOut
{
    public required uint Ep { get; init; }

    public required int Length { get; init; }

    public required TimeSpan WrittenAt { get; init; }

    public bool Arrived { get; set; }

    /// <summary>It was handed to the far side's session, or to what carries to it.</summary>
    public bool IsAtTheFarSide { get; set; }

    /// <summary>
    /// Somebody gave it up, or it was too old, or under way when a session ended: nobody may complain that it did not arrive.
    /// </summary>
    public bool MayBeLost { get; set; }
}
