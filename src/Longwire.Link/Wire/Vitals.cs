using System.Buffers.Binary;
using Longwire.Link.Errors;

namespace Longwire.Link.Wire;

/// <summary>
/// The body of <see cref="FrameType.Vitals"/>: how the server's machine is. Null: it does not know, or what it says cannot be.
/// </summary>
public sealed record Vitals
{
    private const string FrameName = "vitals";
    private const int NumberSize = sizeof(int);

    /// <summary>Of the processor, in degrees Celsius.</summary>
    public double? Temperature { get; init; }

    /// <summary>Its power is too low.</summary>
    public bool? UnderVoltage { get; init; }

    /// <summary>Of the last minute: how many processes ran or wanted to.</summary>
    public double? Load { get; init; }

    /// <summary>Since its kernel was booted. On the wire whole seconds.</summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>In dBm; null as well for one that is not on Wi-Fi.</summary>
    public int? WifiSignal { get; init; }

    /// <summary>What is out of all reason is left out: it says nothing of the machine.</summary>
    /// <exception cref="LinkFormatException">Cut short, or a value of another length.</exception>
    public static Vitals Parse(ReadOnlySpan<byte> body)
    {
        var reader = new FieldReader(FrameName, body);
        var read = new Dictionary<VitalKey, int>();
        while (KeyValues.TryRead(ref reader, out FrameKey key, out ReadOnlySpan<byte> value))
        {
            var vital = (VitalKey)key;
            if (vital is < VitalKey.Temperature or > VitalKey.WifiSignal) continue;
            int size = vital == VitalKey.UnderVoltage ? 1 : NumberSize;
            reader.Require(
                value.Length == size, $"length of {vital}", value.Length + 2, (ulong)value.Length, size == 1 ? "not 1" : "not 4");
            read.TryAdd(vital, size == 1 ? value[0] : BinaryPrimitives.ReadInt32BigEndian(value));
        }
        return new Vitals
        {
            Temperature = Within(VitalKey.Temperature, -100_000, 200_000) / 1000.0,
            UnderVoltage = Within(VitalKey.UnderVoltage, 0, 1) is { } low ? low == 1 : null,
            Load = Within(VitalKey.Load, 0, 1_000_000) / 100.0,
            Uptime = Within(VitalKey.Uptime, 0, int.MaxValue) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            WifiSignal = Within(VitalKey.WifiSignal, -150, 0),
        };

        int? Within(VitalKey key, int least, int most) =>
            read.TryGetValue(key, out int value) && value >= least && value <= most ? value : null;
    }

    /// <summary>What is not known is not in it; empty: nothing is.</summary>
    public byte[] Encode()
    {
        var bytes = new List<byte>();
        Add(VitalKey.Temperature, Temperature * 1000);
        if (UnderVoltage is { } low) bytes.AddRange([0, (byte)VitalKey.UnderVoltage, 0, 1, low ? (byte)1 : (byte)0]);
        Add(VitalKey.Load, Load * 100);
        Add(VitalKey.Uptime, Uptime?.TotalSeconds);
        Add(VitalKey.WifiSignal, WifiSignal);
        return [.. bytes];

        void Add(VitalKey key, double? value)
        {
            if (value is not { } known) return;
            byte[] number = new byte[NumberSize];
            BinaryPrimitives.WriteInt32BigEndian(number, (int)Math.Clamp(Math.Round(known), int.MinValue, int.MaxValue));
            bytes.AddRange([0, (byte)key, 0, NumberSize, .. number]);
        }
    }
}
