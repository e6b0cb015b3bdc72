namespace Longwire.UsbIp.Client;

/// <summary>How to connect.</summary>
public sealed record ConnectOptions
{
    /// <summary>What everybody wants who has no past with the server.</summary>
    public static ConnectOptions Default { get; } = new();

    /// <summary>
    /// The local TCP port to connect from, 0 for any. Connecting again from the port of a connection that died with its host (power loss,
    /// killed container) makes the server's kernel reset the stale one, and frees the stick there within 15 ms; a stock usbipd
    /// would otherwise hold it for ever. If the port is still in use here, an ephemeral one is taken instead.
    /// </summary>
    public int SourcePort { get; init; }

    /// <summary>For the name and all its addresses together.</summary>
    public TimeSpan Timeout { get; init; } = ClientTimers.Connect;

    /// <summary>The clock of this and of every later deadline on the connection.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
