namespace Longwire.State;

/// <summary>
/// Where a publisher reports that it cannot do its work: publishers decide nothing, so the sentence travels to the
/// reconciler and comes back to everybody in <see cref="BridgeSnapshot.Problems"/>.
/// </summary>
internal interface IBridgeProblems
{
    /// <summary>
    /// Sets what <paramref name="source"/> has to say, in place of what it said before; null: all is well again. Never blocks.
    /// </summary>
    public void Report(string source, string? problem);
}
