namespace Longwire.Attach.Pis;

/// <summary>Who wants to know how far an attempt to connect is. Called once each, in this order, and on any thread.</summary>
internal sealed class AttemptProgress
{
    /// <summary>Somebody has taken the connection, and may compute for a while. The handshake begins when this has ended.</summary>
    public Func<Task> Taken { get; init; } = static () => Task.CompletedTask;

    /// <summary>The handshake is over; what follows costs the other side next to nothing.</summary>
    public Action Secured { get; init; } = static () => { };
}
