namespace Longwire.State;

/// <summary>What a person asks of a radio, from Home Assistant or the command line. Enters the reconciler's one channel.</summary>
internal abstract record RadioCommand(string RadioId)
{
    /// <summary>Wanted attached, or detached until asked otherwise; remembered over restarts.</summary>
    internal sealed record SetWanted(string RadioId, bool Wanted) : RadioCommand(RadioId);

    /// <summary>Detach and attach again, whatever the status.</summary>
    internal sealed record Reattach(string RadioId) : RadioCommand(RadioId);

    /// <summary>Take it from the host that has it, if its Pi has not heard that for a while. Tried once.</summary>
    internal sealed record TakeOver(string RadioId) : RadioCommand(RadioId);

    /// <summary>Know it no more: its id, its name, its counts. Only one that is on no port, and on the way to none.</summary>
    internal sealed record Forget(string RadioId) : Awaited(RadioId);

    /// <summary>Reattach, where that gives it the one stick that may take its place: this one, and no other.</summary>
    /// <param name="Successor">As the person saw it: <see cref="RadioSnapshot.Successor"/>.</param>
    internal sealed record Replace(string RadioId, string Successor) : Awaited(RadioId);

    /// <summary>Whoever asks waits for what comes of it, which is told once the snapshots show it.</summary>
    internal abstract record Awaited(string RadioId) : RadioCommand(RadioId)
    {
        /// <summary>Why it was not, as a sentence for a person; null: it was.</summary>
        public TaskCompletionSource<string?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
