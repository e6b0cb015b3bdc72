namespace Longwire.Attach.Memory;

/// <summary>
/// What a radio was before: the same stick under another product id, or another stick, whose place it took. The options may still name it
/// by this.
/// </summary>
internal sealed record FormerStick
{
    public required string PiId { get; init; }

    /// <summary>VID:PID as lsusb writes it.</summary>
    public required string UsbId { get; init; }
    public string? Serial { get; init; }
    public string? Manufacturer { get; init; }
    public string? Product { get; init; }
    public string? Controller { get; init; }
    public required string PortChain { get; init; }

    /// <summary>
    /// Another stick took its place: should this one come back, it is a radio of its own. False: it was flashed, and is no more.
    /// </summary>
    public bool Replaced { get; init; }
}
