namespace Longwire.Attach.Pis;

/// <summary>What else happens on the way of an attempt to connect. Called once each, in this order, and on any thread.</summary>
internal sealed class AttemptProgress
{
    /// <summary>Somebody has taken the connection, and may compute for a while. The handshake begins when this has ended.</summary>
    public Func<Task> BeforeHandshake { get; init; } = static () => Task.CompletedTask;

    /// <summary>The handshake is over; what follows costs the other side next to nothing.</summary>
    public Action Secured { get; init; } = static () => { };
}
