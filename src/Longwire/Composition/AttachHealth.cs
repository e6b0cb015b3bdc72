using Longwire.Platform;
using Longwire.State;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>
/// When the attach side counts as started. The Supervisor starts Home Assistant once we are healthy, so at the boot of the host that is
/// when the radios are there, or when they were waited for long enough. At any other time Home Assistant runs already, and nobody waits.
/// </summary>
/// <remarks>Once healthy it stays so: an unhealthy container is restarted, and that brings no Pi back.</remarks>
internal sealed class AttachHealth(
    StateFeed feed, HealthFile file, SysfsRoot root, TimeProvider time, ILogger<AttachHealth> logger) : BackgroundService
{
    /// <summary>Well below the 120 s that the Supervisor waits.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(45);

    /// <summary>A machine that runs for no longer than this is still booting: a slow one pulls images first.</summary>
    public static readonly TimeSpan Boot = TimeSpan.FromMinutes(10);

    private CancellationTokenSource? _deadline;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (file.Remove() is { } problem) HealthLog.HealthFileStays(logger, problem);
        _deadline = new CancellationTokenSource(Grace, time);
        return base.StartAsync(cancellationToken);
    }

    // A container that is started again must not look healthy until it is so again.
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (file.Remove() is { } problem) HealthLog.HealthFileStays(logger, problem);
    }

    public override void Dispose()
    {
        base.Dispose();
        _deadline?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (IsHostBooting()) await WaitForRadiosAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        if (file.Make() is { } problem) HealthLog.NoHealthFile(logger, problem);
    }

    private async Task WaitForRadiosAsync(CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_deadline!.Token, stoppingToken);
        try
        {
            Snapshot seen = feed.Current;
            while (!IsReady(seen)) seen = await feed.WaitForChangeAsync(seen, either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Waited long enough: what is missing comes when its Pi does.
        }
    }

    // Before the options and the memory were read there is the empty snapshot, which has no radio missing either.
    private static bool IsReady(Snapshot snapshot) =>
        !ReferenceEquals(snapshot, Snapshot.Empty) && snapshot.Radios.All(radio => !radio.Wanted || radio.Status == RadioStatus.Attached);

    private bool IsHostBooting() => KernelUptime.Read(root.Proc) < Boot;
}
