namespace Longwire.Attach;

/// <summary>Whether a Pi could be asked to set a stick anew.</summary>
internal enum ResetAsking
{
    /// <summary>What comes of it is an <see cref="AttachEvent.StickReset"/>, unless the Pi is lost meanwhile.</summary>
    Asked,

    /// <summary>Nobody can ask this of a Pi to which we are not paired.</summary>
    NotPaired,

    /// <summary>Its Longwire is of a release that cannot do it.</summary>
    Older,

    /// <summary>It is not there now.</summary>
    Away,

    /// <summary>It lists no stick that is this radio.</summary>
    NotListed,

    /// <summary>It has more to do for us already than it takes.</summary>
    Busy,

    /// <summary>Something here must be put right before it can be asked anything.</summary>
    Unusable,
}
