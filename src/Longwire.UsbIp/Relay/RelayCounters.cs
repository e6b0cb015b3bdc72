namespace Longwire.UsbIp.Relay;

/// <summary>What the relay has done since it was made.</summary>
public record struct RelayCounters
{
    /// <summary>URBs that the host gave us.</summary>
    public long Urbs { get; internal set; }

    /// <summary>Those of <see cref="Urbs"/> that are isochronous, and were refused.</summary>
    public long Refused { get; internal set; }

    /// <summary>INs of our own that the kernel was given.</summary>
    public long Clones { get; internal set; }

    /// <summary>Those of <see cref="Clones"/> whose place a URB of the host took.</summary>
    public long ClonesAdopted { get; internal set; }

    /// <summary>Those of <see cref="Clones"/> that completed with no data.</summary>
    public long ClonesEmpty { get; internal set; }

    /// <summary>Those of <see cref="Clones"/> that completed with an error.</summary>
    public long ClonesFailed { get; internal set; }

    /// <summary>Bytes that were read ahead.</summary>
    public long BytesReadAhead { get; internal set; }

    /// <summary>
    /// Bytes that the stick said and nobody will hear: they came with an error, or into an IN that was too short for them.
    /// </summary>
    public long BytesDropped { get; internal set; }
}
