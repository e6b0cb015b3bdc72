namespace Longwire.Link.Tests.Simulation;

/// <summary>
/// A connection between both ends. Whoever gives it up may still find late bytes in it; the other may or may not be told.
/// </summary>
internal sealed class SimulatedConnection(Random random, TimeSpan begun)
{
    public Pipe ToServer { get; } = new(random);

    public Pipe ToClient { get; } = new(random);

    public TimeSpan Begun { get; } = begun;

    /// <summary>When both ends are told that it is gone; null for never.</summary>
    public TimeSpan? ResetAt { get; set; }

    /// <summary>That of the hello; on the server 0 before it came.</summary>
    public uint ClientEpoch { get; set; }

    public uint ServerEpoch { get; set; }

    public bool IsWelcome { get; set; }

    /// <summary>
    /// An end that has given up a connection reads it no more, or goes on reading though it should not: frames must be dropped then.
    /// </summary>
    public bool ClientReads { get; set; } = true;

    public bool ServerReads { get; set; } = true;
}
