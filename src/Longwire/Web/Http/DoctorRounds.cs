using Longwire.Doctor;
using Longwire.Platform;
using Longwire.Web.Api;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

/// <summary>Runs the doctor's checks when they are asked for, beside everything else, and never twice at once.</summary>
internal sealed class DoctorRounds(
    Func<CancellationToken, Task<IReadOnlyList<Finding>>> run, TimeProvider time, ILogger<DoctorRounds> logger) : BackgroundService
{
    /// <summary>What was found so long ago is asked again before it is given away.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    /// <summary>For a round to end. Each check has a deadline; this is for one that hangs in spite of it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AsyncAutoResetEvent _asked = new(time);
    private readonly Lock _gate = new();
    private DoctorRound _latest = DoctorRound.None;

    // Monotonic: a clock that is put back, as that of a Pi without a battery is, must not keep old findings for days.
    private long? _endedAt;
    private TaskCompletionSource _ended = NewSignal();

    public DoctorRound Latest
    {
        get
        {
            lock (_gate) return _latest;
        }
    }

    /// <summary>Never blocks. Once more while a round runs is the same one.</summary>
    public void Ask()
    {
        lock (_gate)
        {
            if (_latest.Running) return;
            _latest = _latest with { Running = true };
        }
        _asked.Raise();
    }

    /// <summary>What is known of now: of a round that is run for it, if need be. Of the one before if that takes too long.</summary>
    public async Task<DoctorRound> FreshAsync(CancellationToken cancellationToken)
    {
        Task ended;
        lock (_gate)
        {
            if (!_latest.Running && _endedAt is { } at && time.GetElapsedTime(at) < Fresh) return _latest;
            ended = _ended.Task;
        }
        Ask();
        using var patience = new Deadline(Patience, time, cancellationToken);
        await ended.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return Latest;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _asked.WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken);
                IReadOnlyList<Finding> found = await FindAsync(stoppingToken);
                lock (_gate)
                {
                    _latest = DoctorRound.Ended(time.GetUtcNow(), found);
                    _endedAt = time.GetTimestamp();
                    _ended.SetResult();
                    _ended = NewSignal();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task<IReadOnlyList<Finding>> FindAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await run(stoppingToken);
        }
#pragma warning disable CA1031 // Checks that cannot be made are no reason to end what keeps radios attached.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            WebLog.NotChecked(logger, e);
            return [];
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
