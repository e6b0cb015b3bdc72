using System.Collections.Concurrent;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Attach.Ports;
using Longwire.Options;
using Longwire.Platform;
using Longwire.State;

namespace Longwire.Composition;

/// <summary>
/// Every attachment and every watch over a Pi that runs. The reconciler starts and ends them; what it left running is ended here, so that
/// nothing outlives it.
/// </summary>
internal sealed class AttachTasks(
    AttachmentContext context, PiLinks links, Channel<AttachEvent> events, MemoryStore memory) : IAttachTasks
{
    private const string Stopping = "Longwire is being stopped. Try again once it runs.";

    private readonly StockCarrierOpener _stock = new(context.Time);
    private readonly LinkCarrierOpener _link = new(links.Of, context.Time, links.Timers);
    private readonly ConcurrentDictionary<Task, Action> _running = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with a fault that nobody foresaw in one of them; else never.</summary>
    public Task Failed => _failed.Task;

    public IAttachment Start(AttachRequest request)
    {
        ICarrierOpener carriers = request.Pi.Pairing is null ? _stock : _link;
        var attachment = new Attachment(request, context, events.Writer, memory, carriers);
        Run(attachment.RunAsync, attachment, attachment.Cancel);
        return attachment;
    }

    public IPiWatch Start(PiOptions pi)
    {
        if (pi.Pairing is null)
        {
            var stock = new PiWatch(pi, events.Writer, context.Time, context.Logger);
            return Run(stock, stock.RunAsync);
        }
        try
        {
            LinkPiWatch link = links.Watch(pi, events.Writer);
            return Run(link, link.RunAsync);
        }
        catch (LinkKeyException e)
        {
            var unpairable = new UnpairablePi(pi.Id, e.Message, events.Writer);
            return Run(unpairable, unpairable.RunAsync);
        }
    }

    /// <summary>Ends all of them and waits for that. Nobody decides any more: what asks is told to let go.</summary>
    /// <returns>False: one hangs in the kernel. The thread that hangs ends with the process.</returns>
    public async Task<bool> EndAsync(TimeSpan within)
    {
        Task ended = EndedAsync();
        foreach (Action end in _running.Values)
        {
            try
            {
                end();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself a moment ago.
            }
        }
        using var drained = new CancellationTokenSource();
        Task draining = DrainAsync(drained.Token);
        // A fault of one of them has been told by then.
        await ended.WaitAsync(within, context.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await drained.CancelAsync();
        await draining;
        // One that has ended may have left a call behind.
        int left = Math.Max(_running.Keys.Count(task => !task.IsCompleted), context.Kernel.Calls.Running);
        if (left > 0) AttachLog.TasksLeft(context.Logger, left);
        return left == 0;
    }

    private async Task EndedAsync()
    {
        await Task.WhenAll(_running.Keys);
        await context.Kernel.Calls.WhenReturnedAsync();
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (AttachEvent unread in events.Reader.ReadAllAsync(cancellationToken))
            {
                switch (unread)
                {
                    case AttachEvent.Identified identified: identified.Answer.TrySetResult(new AttachDecision.LetGo()); break;
                    // Nothing is remembered any more: it frees its port and ends.
                    case AttachEvent.Recorded recorded: recorded.Remembered.TrySetCanceled(CancellationToken.None); break;
                    case AttachEvent.Commanded { Command: RadioCommand.Forget forget }: forget.Answer.TrySetResult(Stopping); break;
                    case AttachEvent.HubsFound hubs: hubs.Remembered.TrySetCanceled(CancellationToken.None); break;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // All have ended.
        }
    }

    private T Run<T>(T watch, Func<Task> run)
        where T : IPiWatch, IDisposable
    {
        Run(run, watch, watch.Stop);
        return watch;
    }

    private void Run(Func<Task> run, IDisposable what, Action end)
    {
        // Started on the pool: the reconciler must not wait for a first step.
        Task task = Task.Run(async () =>
        {
            try
            {
                using (what) await run();
            }
#pragma warning disable CA1031 // A fault that nobody foresaw: told once, it ends the service.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failed.TrySetException(e);
            }
        });
        _running.TryAdd(task, end);
        _ = task.ContinueWith(
            ended => _running.TryRemove(ended, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
