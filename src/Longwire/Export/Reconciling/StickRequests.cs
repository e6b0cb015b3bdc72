using Longwire.Platform;
using Longwire.UsbIp.Errors;

namespace Longwire.Export.Reconciling;

/// <summary>Asks the reconciler for a stick, and waits no longer than whoever asked would.</summary>
internal sealed class StickRequests(ExportReconciler reconciler, TimeProvider time)
{
    /// <exception cref="OperationCanceledException">Cancelled; the kernel has not got it.</exception>
    public async Task<ImportAnswer> AskAsync(PendingImport import, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.Decision, time, cancellationToken);
        try
        {
            await reconciler.PostAsync(new ExportMessage.ImportAsked(import), deadline.Token);
            return await import.Answer.WaitAsync(deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            // If the reconciler was faster, its answer is there or on its way.
            if (!import.TryAbandon()) return await import.Answer;
            cancellationToken.ThrowIfCancellationRequested();
            return new ImportAnswer(UsbIpStatus.NotAvailable, null);
        }
    }
}
