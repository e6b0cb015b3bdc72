namespace Longwire.UsbIp.Proxy;

/// <summary>The bounds and waiting times of a <see cref="UrbProxy"/>.</summary>
public sealed record UrbProxyOptions
{
    /// <summary>An OUT held for longer than this is not delivered any more.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// OUTs of one endpoint that follow each other within less than this are one group: a driver may cut a write() in pieces.
    /// </summary>
    public TimeSpan GroupGap { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// No group is longer than this: a writer that never pauses would have one group, and lose what is fresh with what is stale.
    /// </summary>
    public TimeSpan LongestGroup { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of OUTs that are held; beyond it the oldest group goes.</summary>
    public int HeldBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Bytes per second at which held OUTs are answered, so that a writer does not run at memory speed; 0: at once. 115200 baud is 11520.
    /// </summary>
    public int HeldBytesPerSecond { get; init; } = 11_520;

    /// <summary>A held OUT is answered after this, however long it is.</summary>
    public TimeSpan LongestHeldAnswer { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A port that has had no IN, and no new OUT, for this long while held is closed.</summary>
    public TimeSpan ClosedAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary><see cref="UrbProxy.ReadAnswerTimes"/> looks back for one to two of these.</summary>
    public TimeSpan AnswerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What the host gave up is unlinked at the far side if it has not ended after this. Longer than a far side is waited for that
    /// acknowledges nothing, so that the URB has been there for a while when its unlink comes.
    /// </summary>
    public TimeSpan UnlinkAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>URBs at once. A serial port has about 33.</summary>
    public int MaxUrbs { get; init; } = 512;

    /// <summary>Bytes of all URBs at once, of data to send and of room for data to receive.</summary>
    public int MaxBytes { get; init; } = 1024 * 1024;

    /// <summary>What is in the stick.</summary>
    public SerialChip Chip { get; init; }

    /// <summary>The stick's ports. Without one no port is known to be closed.</summary>
    public IReadOnlyList<SerialPort> Ports { get; init; } = [];
}
