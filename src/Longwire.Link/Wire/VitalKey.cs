namespace Longwire.Link.Wire;

/// <summary>The keys of <see cref="Vitals"/>, which are the frame's own. A number without a name here comes from a later minor.</summary>
internal enum VitalKey : ushort
{
    None = 0,

    /// <summary>Thousandths of a degree Celsius, 4 bytes, two's complement.</summary>
    Temperature = 1,

    /// <summary>One byte: 1 if the power is too low, 0 if not.</summary>
    UnderVoltage = 2,

    /// <summary>Hundredths, 4 bytes.</summary>
    Load = 3,

    /// <summary>Seconds, 4 bytes.</summary>
    Uptime = 4,

    /// <summary>dBm, 4 bytes, two's complement.</summary>
    WifiSignal = 5,
}
