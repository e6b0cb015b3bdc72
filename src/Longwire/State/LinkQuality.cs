namespace Longwire.State;

/// <summary>How good the way to a radio is, for a person.</summary>
internal enum LinkQuality
{
    /// <summary>Nobody notices that the radio is not plugged in here.</summary>
    Good,

    /// <summary>Slower than a network within a house should be, or its Pi was away a moment ago.</summary>
    Degraded,

    /// <summary>So slow that commands fail.</summary>
    Poor,

    /// <summary>There is none: it is held, or not attached though somebody wants it.</summary>
    Down,
}

/// <summary>As topics and people have it.</summary>
internal static class LinkQualityNames
{
    public static string Name(this LinkQuality quality) => quality switch
    {
        LinkQuality.Good => "good",
        LinkQuality.Degraded => "degraded",
        LinkQuality.Poor => "poor",
        LinkQuality.Down => "down",
        _ => throw new ArgumentOutOfRangeException(nameof(quality), quality, null),
    };
}
