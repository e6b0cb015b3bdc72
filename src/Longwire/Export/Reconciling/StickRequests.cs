using System.Threading.Channels;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Errors;

namespace Longwire.Export.Reconciling;

/// <summary>Asks the reconciler for a stick, or to set one anew, and waits no longer than whoever asked would.</summary>
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
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // If the reconciler was faster, its answer is there or on its way.
            if (!import.TryAbandon()) return await import.Answer;
            cancellationToken.ThrowIfCancellationRequested();
            return new ImportAnswer(UsbIpStatus.NotAvailable, null);
        }
    }

    /// <exception cref="OperationCanceledException">Cancelled; what the kernel is at goes on to its end.</exception>
    public async Task<ResetOutcome> AskAsync(StickReset reset, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.ResetBegins, time, cancellationToken);
        try
        {
            await reconciler.PostAsync(new ExportMessage.ResetAsked(reset), deadline.Token);
            return await reset.Outcome.WaitAsync(deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // What has not begun must not begin when nobody thinks of it any more, whyever nobody does.
            bool isAbandoned = reset.TryAbandon();
            cancellationToken.ThrowIfCancellationRequested();
            return isAbandoned ? ResetOutcome.NotServed : await EndAsync(reset, cancellationToken);
        }
    }

    // What has begun is worth waiting for, and not longer than a host does: a kernel may never be done with a stick.
    private async Task<ResetOutcome> EndAsync(StickReset reset, CancellationToken cancellationToken)
    {
        try
        {
            return await reset.Outcome.WaitAsync(ExportTimers.ResetEnds, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return ResetOutcome.Failed;
        }
    }
}
