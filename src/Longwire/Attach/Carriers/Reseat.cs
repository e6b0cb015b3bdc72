using System.Runtime.CompilerServices;
using Longwire.Attach.Identity;
using Longwire.Radios;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// Has a stick again, for the port that it had: asks until it is given, and lets nothing through that is not the same stick, or one that
/// has lost its power where the program that has it open would not notice.
/// </summary>
/// <param name="open">Asks the Pi for the stick once more, at a place, as the last session with it wants it asked.</param>
/// <param name="gone">
/// How long a Pi may say that it has no such stick. One that was pulled is put back by then; an export that starts says so for a moment.
/// </param>
/// <param name="goneText">What is said when that is over.</param>
internal sealed class Reseat(
    Func<BusId, CarrierMemory, CancellationToken, Task<IFarSession>> open, TimeSpan gone, string goneText, TimeProvider time)
{
    /// <summary>What is said of a stick whose new life its program would not notice.</summary>
    public const string PluggedAnew = "the stick was plugged in anew";

    private readonly ReseatCount _count = new();
    private readonly long _origin = time.GetTimestamp();
    private TimeSpan? _last;
    private volatile StrongBox<BusId>? _movedTo;

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>
    /// Of a stick that was away for longer than this it is not known whether it had power all the time, unless its Pi says in which start
    /// of its kernel it is.
    /// </summary>
    public static TimeSpan HoldOf(IFarSession lost, DeviceIdentity identity, TimeSpan hold) =>
        lost.BootId is not null || Notices(identity) || hold < AttachTimers.StockHold ? hold : AttachTimers.StockHold;

    /// <summary>Whether another session is to be asked for.</summary>
    public bool MayFollow(FarEnd end) =>
        // Else somebody else takes the stick, or it is sick: that is for who keeps count of it, and not to be hidden behind a hold.
        !end.IsFinal && (end.IsExplained || _last is not { } last || Now - last >= AttachTimers.ReseatLasts);

    /// <summary>For the time until a session is found, or is not.</summary>
    public void StickIsAt(BusId busId) => _movedTo = new StrongBox<BusId>(busId);

    /// <param name="lost">The session that ended.</param>
    /// <param name="away">For how long the Pi had been away when it did.</param>
    /// <param name="identity">What the stick said before the kernel met it.</param>
    /// <param name="configuration">What every stick is to be told before it is used.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session that is ready to carry; else why there never will be one, null if the time was over.</returns>
    public async Task<(IFarSession? Next, string? Why)> AskAsync(
        IFarSession lost, TimeSpan away, DeviceIdentity identity, IReadOnlyList<SetupPacket> configuration,
        CancellationToken cancellationToken)
    {
        (TimeSpan start, TimeSpan? goneSince) = (Now, null);
        try
        {
            await Task.Delay(_count.Pause(Now), time, cancellationToken);
            while (true)
            {
                (IFarSession? next, AttachOutcome? no) = await TryOpenAsync(lost, cancellationToken);
                if (no is AttachOutcome.Failed { IsVerdict: true } verdict) return (null, verdict.Reason);
                goneSince = no is AttachOutcome.NotGiven { Status: UsbIpStatus.NoSuchDevice } ? goneSince ?? Now : null;
                if (Now - goneSince >= gone) return (null, goneText);
                if (next is not null)
                {
                    string? other = "";
                    try
                    {
                        bool hadPower = HadPower(lost, next, away + (Now - start));
                        other = hadPower || Notices(identity)
                            ? await DifferenceAsync(next, identity, configuration, cancellationToken)
                            : PluggedAnew;
                        if (other is null)
                        {
                            _count.Add(Now);
                            _last = Now;
                            return (next, null);
                        }
                    }
                    finally
                    {
                        if (other is not null) await next.DisposeAsync();
                    }
                    if (other.Length > 0) return (null, other);
                }
                await Task.Delay(AttachTimers.Reseat, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (null, null);
        }
        finally
        {
            _movedTo = null;
        }
    }

    // Not given yet: in use by the dead session, being reset, or there is nobody to ask.
    private async Task<(IFarSession? Next, AttachOutcome? No)> TryOpenAsync(
        IFarSession lost, CancellationToken cancellationToken)
    {
        try
        {
            return (await open(_movedTo is { } moved ? moved.Value : lost.Device.BusId, lost.Memory, cancellationToken), null);
        }
        catch (CarrierException e)
        {
            return (null, e.Outcome);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return default;
        }
    }

    /// <returns>Null: it is the same. Empty: it did not say, and may be asked again.</returns>
    private static async Task<string?> DifferenceAsync(
        IFarSession next, DeviceIdentity before, IReadOnlyList<SetupPacket> configuration, CancellationToken cancellationToken)
    {
        try
        {
            DeviceIdentity now = await next.ReadIdentityAsync(cancellationToken);
            // A serial that was read before and is not now may be another's.
            if (now.Unread.HasFlag(DeviceTexts.Serial) && !before.Unread.HasFlag(DeviceTexts.Serial)) return "";
            if (IdentityComparison.Difference(before, now) is { } difference) return $"another stick is there now: {difference}";
            await next.ConfigureAsync(configuration, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return "";
        }
    }

    // A new number is a new life on the bus; after another start of the Pi's kernel the old number means nothing.
    private static bool HadPower(IFarSession lost, IFarSession next, TimeSpan away) =>
        next.Device.DevId == lost.Device.DevId && next.Device.Path == lost.Device.Path
        && (lost.BootId is null && next.BootId is null ? away <= AttachTimers.StockHold : lost.BootId == next.BootId);

    private static bool Notices(DeviceIdentity identity) => KnownRadios.Default.Recognise(identity)?.NoticesRestart == true;
}
