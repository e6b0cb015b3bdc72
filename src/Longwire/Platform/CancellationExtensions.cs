namespace Longwire.Platform;

/// <summary>What several rooms do with a token's source.</summary>
internal static class CancellationExtensions
{
    /// <summary>Cancels what may have ended by itself a moment ago, and disposed of its source: nothing happens then.</summary>
    public static void TryCancel(this CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended, which is what was wanted.
        }
    }
}
