namespace Longwire.State;

/// <summary>Where a person's commands go in: the reconciler's one channel.</summary>
internal interface ICommandSink
{
    /// <summary>Hands the command over; waits while the reconciler's channel is full. What came of it shows in a later snapshot.</summary>
    public ValueTask SendAsync(RadioCommand command, CancellationToken cancellationToken);

    /// <inheritdoc cref="SendAsync(RadioCommand, CancellationToken)"/>
    public ValueTask SendAsync(PiCommand command, CancellationToken cancellationToken);
}
