namespace Longwire.Link.Liveness;

/// <summary>What a connection's silence asks for.</summary>
public enum ConnectionHealth
{
    /// <summary>Nothing to do before the next check.</summary>
    Alive,

    /// <summary>Say a ping now.</summary>
    PingDue,

    /// <summary>
    /// Nothing was heard for <see cref="LinkPace.LostAfter"/>. Read once more, and only if nothing lies there the connection is lost: a
    /// process that did not run, or a machine that was paused, has heard nothing of what came meanwhile.
    /// </summary>
    Silent,
}
