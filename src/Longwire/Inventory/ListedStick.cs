using System.Collections.Immutable;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Inventory;

/// <summary>What becomes of a stick.</summary>
internal enum Outlook
{
    /// <summary>Exported or attached, now or as soon as the service runs.</summary>
    Wanted,

    /// <summary>Only its texts or its serial can tell, and nobody has asked the stick yet.</summary>
    Unclear,

    /// <summary>One rule, several sticks.</summary>
    Ambiguous,
    NotWanted,

    /// <summary>Present, and its Pi does not give it away now.</summary>
    NotOffered,
}

/// <summary>One stick of <c>longwire list</c>.</summary>
internal sealed record ListedStick
{
    public required BusId BusId { get; init; }
    public required UsbPort Port { get; init; }
    public required UsbId Id { get; init; }
    public string? Manufacturer { get; init; }
    public string? Product { get; init; }

    /// <summary>Null where it has none, or where it is not known: no list carries serials.</summary>
    public string? Serial { get; init; }
    public Recognition? Recognition { get; init; }
    public Outlook Outlook { get; init; } = Outlook.NotWanted;

    /// <summary>A person's words for the outlook.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The entry for <c>radios</c> that means this stick and no other; null where there is none to paste.</summary>
    public string? Line { get; init; }

    /// <summary>What <see cref="Line"/> says; null where there is none.</summary>
    public RadioMatch? Match { get; init; }

    public string Name => Recognition?.Name ?? Product ?? "USB device";

    /// <summary>Why it is not taken, with the radios that it often is: a person may know one of them.</summary>
    public string InDoubt(string reason) => Recognition is { Certain: false, Often: { } often } ? $"{reason}; often it is {often}" : reason;
}

/// <param name="Title">Whose sticks these are, for a person.</param>
/// <param name="Pi">Name or address; null: this machine.</param>
/// <param name="Exporter">The version of Longwire that answers there; null for a stock usbipd and for this machine.</param>
/// <param name="Notes">What the list cannot say.</param>
internal sealed record StickList(
    string Title, string? Pi, string? Exporter, ImmutableArray<ListedStick> Sticks, ImmutableArray<string> Notes);
