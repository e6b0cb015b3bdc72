namespace Longwire.UsbIp.Relay;

/// <summary>The bounds of an <see cref="ExportRelay"/>.</summary>
public sealed record ExportRelayOptions
{
    /// <summary>
    /// What the host may have under way at once: URBs that are not answered, and answers that it has not taken. A host's proxy has at most
    /// half of it.
    /// </summary>
    public int MaxUrbs { get; init; } = 1024;

    /// <summary>Bytes of the same: of data to send, of room for data to receive, and of answers.</summary>
    public int MaxBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>
    /// Bytes that are read ahead, of all endpoints together, with 4 for each answer; room for what may still come is counted, too. Beyond
    /// it the stick keeps what it has to say.
    /// </summary>
    public int ReadAheadBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Bytes of status before the data of every packet: 2 with FTDI's chips, which complete an IN each 16 ms with nothing else in it.
    /// </summary>
    public int StatusBytes { get; init; }
}
