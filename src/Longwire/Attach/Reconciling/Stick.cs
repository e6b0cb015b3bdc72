using Longwire.Attach.Identity;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>A stick present on a Pi, between one plugging and the next unplugging.</summary>
internal sealed class Stick(string piId, BusId busId, UsbId id, UsbPort port, uint devId, RetryState tries)
{
    public string PiId { get; } = piId;
    public BusId BusId { get; } = busId;
    public UsbId Id { get; } = id;
    public UsbPort Port { get; } = port;

    /// <summary>What the Pi's list calls it; differs from <see cref="Id"/> where a Pi says another thing at the import.</summary>
    public UsbId ListedAs { get; init; } = id;

    /// <summary>Changes with every plugging.</summary>
    public uint DevId { get; } = devId;

    /// <summary>In the Pi's latest list.</summary>
    public bool Listed { get; set; } = true;

    /// <summary>The first and the latest of its Pi's lists that have it: when they were asked for (monotonic). Null: none has.</summary>
    public (long First, long Last)? ListedBetween { get; set; }

    /// <summary>What it said of itself; null until it was imported once.</summary>
    public DeviceIdentity? Identity { get; set; }

    /// <summary>When it said so last, in time since the reconciler's start.</summary>
    public TimeSpan IdentifiedAt { get; set; }
    public string? RadioId { get; set; }

    /// <summary>The radio that was where this stick is, and that this stick is not; null where it is in nobody's place.</summary>
    public string? InPlaceOf { get; set; }
    public Assignment? Assignment { get; set; }
    public RetryState Tries { get; } = tries;

    /// <summary>Radios that were attached while this stick was in the list: whatever it is, it is none of them.</summary>
    public HashSet<string> IsNot { get; } = [];

    /// <summary>Radios that another stick could be as well as this one: it is not taken for any of them.</summary>
    public HashSet<string> MayNotBe { get; } = [];

    public Sighting Sighting => new(PiId, Port, Id, Identity?.Serial);
}
