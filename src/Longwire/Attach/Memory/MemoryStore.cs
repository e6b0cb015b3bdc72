using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Memory;

/// <summary>
/// Writes the latest memory to disk on a task of its own, so that a slow card never holds up the reconciler. What was
/// replaced before it was written is never written.
/// </summary>
/// <param name="report">Told a sentence for a person when the memory cannot be written, and null when it can again.</param>
internal sealed class MemoryStore(MemoryFile file, TimeProvider time, ILogger logger, Action<string?> report)
{
    private readonly Lock _gate = new();
    private AttachMemory? _latest;
    private TaskCompletionSource _work = NewSignal();
    private TaskCompletionSource _settled = NewSignal();
    private bool _failing;

    public void Put(AttachMemory memory)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_latest, memory)) return;
            if (_settled.Task.IsCompleted) _settled = NewSignal();
            _latest = memory;
            _work.TrySetResult();
        }
    }

    /// <summary>Returns when all that was put is on disk, or could not be: a full disk must not keep a radio away.</summary>
    public Task WhenSettledAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return _latest is null ? Task.CompletedTask : _settled.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Writes until cancelled; then writes what is left.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        AttachMemory? written = null;
        while (true)
        {
            Task work;
            lock (_gate) work = _work.Task;
            // A write that failed is tried again: the disk may have been cleaned up without anything new to remember.
            Task wake = !_failing ? work : Task.WhenAny(work, Task.Delay(AttachTimers.MemoryRetry, time, cancellationToken));
            try
            {
                await wake.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Write(ref written);
                return;
            }
            Write(ref written);
        }
    }

    private void Write(ref AttachMemory? written)
    {
        AttachMemory? memory;
        lock (_gate)
        {
            memory = _latest;
            if (_work.Task.IsCompleted) _work = NewSignal();
        }
        if (memory is not null && !ReferenceEquals(memory, written))
        {
            try
            {
                file.Save(memory);
                written = memory;
                if (_failing)
                {
                    AttachLog.MemoryWritable(logger.About("memory"), file.Path);
                    report(null);
                }
                _failing = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (!_failing)
                {
                    AttachLog.MemoryNotWritable(logger.About("memory"), file.Path, e.Message);
                    report($"{file.Path} cannot be written ({e.Message}). Radios work, but what changes now is forgotten at the next "
                        + "start: free some space or make the folder writable.");
                }
                _failing = true;
            }
        }
        lock (_gate)
        {
            if (ReferenceEquals(_latest, memory)) _settled.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
