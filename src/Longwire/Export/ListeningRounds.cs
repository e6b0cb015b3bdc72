namespace Longwire.Export;

/// <summary>
/// A listener listens in rounds: each with the options of its time, while who was accepted in one is served on in the next.
/// </summary>
internal static class ListeningRounds
{
    /// <summary>Until cancelled, and until all who are served have ended.</summary>
    /// <param name="round">Adds those who are served to the list. Ends when there are other options.</param>
    public static async Task RunAsync(Func<List<Task>, CancellationToken, Task> round, CancellationToken cancellationToken)
    {
        var connections = new List<Task>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true) await round(connections, ended.Token);
        }
        finally
        {
            // A fault of the listener must not wait for those who are served: nobody else could come until they leave.
            await ended.CancelAsync();
            await Task.WhenAll(connections);
        }
    }
}
