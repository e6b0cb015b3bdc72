namespace Longwire.State;

/// <summary>What a person asks of a Pi. Enters the reconciler's one channel.</summary>
internal abstract record PiCommand(string PiId)
{
    /// <summary>
    /// Work on it is planned: for an hour from now nothing of it or its radios is a problem, and no app is restarted. Or it is done.
    /// </summary>
    internal sealed record Silence(string PiId, bool On) : PiCommand(PiId);
}
