using System.Globalization;

namespace Longwire.Lab.Machines;

/// <param name="Time">On the guest's own clock, since it was switched on.</param>
/// <param name="Level">The kernel's: 3 is an error, 4 a warning, less is worse.</param>
public sealed record KernelLine(TimeSpan Time, int Level, string Message);

/// <summary>What the guest's kernel says, as it says it, with the kernel's own times.</summary>
public sealed class KernelLog
{
    // A guest that talks without end must not eat the test's memory; a test looks at the last minutes at most.
    private const int LinesKept = 20_000;

    private const int WarningLevel = 4;

    // The rest of a priority is the facility.
    private const int LevelMask = 7;

    private readonly Lock _gate = new();
    private readonly List<KernelLine> _lines = [];
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<KernelLine> Lines
    {
        get { lock (_gate) return [.. _lines]; }
    }

    /// <summary>The first line after <paramref name="after"/> that contains the text, waited for until the deadline.</summary>
    public async Task<KernelLine> WaitForAsync(
        string text, TimeSpan after, TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(deadline);
        while (true)
        {
            Task grown;
            lock (_gate)
            {
                KernelLine? found = _lines.Find(line => line.Time > after && line.Message.Contains(text, StringComparison.Ordinal));
                if (found is not null) return found;
                grown = _grown.Task;
            }
            try
            {
                await grown.WaitAsync(stop.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"The kernel did not say \"{text}\" within {deadline.TotalSeconds:0.0} s.");
            }
        }
    }

    /// <summary>Lines that tell of damage to the kernel itself: after these nothing that a test sees can be trusted.</summary>
    public IEnumerable<KernelLine> Damage() => Lines.Where(line =>
        line.Message.Contains("BUG:", StringComparison.Ordinal)
        || line.Message.Contains("Oops", StringComparison.Ordinal)
        || line.Message.Contains("WARNING: CPU", StringComparison.Ordinal)
        || line.Message.Contains("general protection fault", StringComparison.Ordinal)
        || line.Message.Contains("refcount_t:", StringComparison.Ordinal)
        || line.Message.Contains("soft lockup", StringComparison.Ordinal));

    /// <summary>Warnings and worse from a moment on, whoever they are about: but not that the emulated processor is slow.</summary>
    public IEnumerable<KernelLine> Complaints(TimeSpan since) => Lines.Where(line =>
        line.Time >= since
        && line.Level <= WarningLevel
        && !line.Message.StartsWith("lab: ", StringComparison.Ordinal)
        && !line.Message.StartsWith("hrtimer: interrupt took", StringComparison.Ordinal)
        && !line.Message.StartsWith("clocksource: ", StringComparison.Ordinal));

    /// <summary>Reads what the kernel says until the guest is switched off.</summary>
    internal async Task FollowAsync(Shell shell, CancellationToken startCancelled)
    {
        using (shell)
        {
            await shell.SendAsync("exec cat /dev/kmsg\n", startCancelled);
            while (await shell.ReadLineAsync(CancellationToken.None) is { } record)
            {
                if (record.Length > 0) Add(record);
            }
        }
    }

    // A complaint is looked for at the end of what may take an hour.
    private void ForgetOldest()
    {
        List<KernelLine> kept = _lines[..(LinesKept / 2)].FindAll(line => line.Level <= WarningLevel);
        _lines.RemoveRange(0, LinesKept / 2);
        _lines.InsertRange(0, kept.TakeLast(LinesKept / 4));
    }

    internal void Clear()
    {
        lock (_gate) _lines.Clear();
    }

    /// <summary>
    /// Takes a record of /dev/kmsg: <c>priority,sequence,microseconds,flags;message</c>. Continuation lines begin with a space.
    /// </summary>
    private void Add(string record)
    {
        int semicolon = record.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0 || record[0] == ' ') return;
        string[] fields = record[..semicolon].Split(',');
        if (fields.Length < 3
            || !int.TryParse(fields[0], CultureInfo.InvariantCulture, out int priority)
            || !long.TryParse(fields[2], CultureInfo.InvariantCulture, out long microseconds))
        {
            return;
        }
        TaskCompletionSource grown;
        lock (_gate)
        {
            if (_lines.Count >= LinesKept) ForgetOldest();
            _lines.Add(new KernelLine(TimeSpan.FromMicroseconds(microseconds), priority & LevelMask, record[(semicolon + 1)..]));
            grown = _grown;
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        grown.SetResult();
    }
}
