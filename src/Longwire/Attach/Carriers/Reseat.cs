using Longwire.Attach.Identity;
using Longwire.Platform;
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
/// <param name="replug">How long a stick that was pulled is waited for; <see cref="AttachTimers.ReseatGone"/> at least.</param>
/// <param name="goneText">What is said when that is over.</param>
internal sealed class Reseat(
    Func<BusId, CarrierMemory, CancellationToken, Task<IFarSession>> open, TimeSpan replug, string goneText, TimeProvider time)
{
    /// <summary>What is said of a stick whose new life its program would not notice.</summary>
    public const string PluggedAnew = "the stick was plugged in anew";

    // How long a Pi may say that it has no such stick: an export that starts says so for a moment.
    private readonly TimeSpan _gone = replug > AttachTimers.ReseatGone ? replug : AttachTimers.ReseatGone;
    private readonly ReseatPause _pause = new();
    private readonly AsyncAutoResetEvent _told = new(time);
    private readonly long _origin = time.GetTimestamp();
    // The first session begins as this does.
    private TimeSpan _last;
    private ToldPlace? _movedTo;

    /// <summary>A session that is closed sooner than this after it began is not followed by another.</summary>
    public TimeSpan Lasts { private get; init; } = AttachTimers.ReseatLasts;

    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>
    /// Of a stick that was away for longer than this it is not known whether it had power all the time, unless its Pi says in which start
    /// of its kernel it is.
    /// </summary>
    public static TimeSpan HoldOf(IFarSession lost, DeviceIdentity identity, TimeSpan hold) =>
        lost.BootId is not null || Notices(identity) || hold < AttachTimers.StockHold ? hold : AttachTimers.StockHold;

    /// <summary>Whether another session is to be asked for.</summary>
    public bool MayFollow(FarEnd end) =>
        // Whoever has taken a stick has its session closed, and never silent.
        !end.IsFinal && (end.IsExplained || end.End.Cause == CarrierEndCause.PeerSilent || MayFollowClosed);

    /// <summary>
    /// The same of a session that somebody closes now, and does not say why. If not, somebody else takes the stick, or it is sick: that is
    /// for who keeps count of it, and not to be hidden behind a hold.
    /// </summary>
    public bool MayFollowClosed => Now - _last >= Lasts;

    /// <summary>For the time until a session is found, or is not.</summary>
    public void StickIsAt(BusId busId)
    {
        // Its Pi says that it is there: the next question need not wait for its time. Told again and again, it is no news, and must not
        // look like any to a question that is under way.
        if (Volatile.Read(ref _movedTo) is { } known && known.BusId == busId)
        {
            known.IsToldAgain = true;
            return;
        }
        Volatile.Write(ref _movedTo, new ToldPlace(busId));
        _told.Raise();
    }

    /// <param name="what">Whose place is to be taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A session that is ready to carry; else why there never will be one, null if the time was over.</returns>
    public async Task<(IFarSession? Next, string? Why)> AskAsync(ReseatRequest what, CancellationToken cancellationToken)
    {
        (TimeSpan? goneSince, TimeSpan? busySince) = (null, null);
        TimeSpan pause = _pause.Of(Now), most = what.Left / 2;
        try
        {
            await Task.Delay(pause < most ? pause : most, time, cancellationToken);
            while (true)
            {
                ToldPlace? moved = Volatile.Read(ref _movedTo);
                BusId last = what.Lost.Device.BusId, at = moved?.BusId ?? last;
                (IFarSession? next, AttachOutcome? no) = await TryOpenAsync(at, what.Lost.Memory, cancellationToken);
                if (no is AttachOutcome.Failed { IsVerdict: true } verdict) return (null, verdict.Reason);
                UsbIpStatus? status = (no as AttachOutcome.NotGiven)?.Status;
                goneSince = status == UsbIpStatus.NoSuchDevice ? goneSince ?? Now : null;
                busySince = status == UsbIpStatus.DeviceBusy ? busySince ?? Now : null;
                if (Now - goneSince >= _gone) return (null, goneText);
                // Longer than our own dead session is in its way.
                if (Now - busySince >= AttachTimers.OwnRelease) return (null, NotGivenText.Of(UsbIpStatus.DeviceBusy));
                string? other = next is null ? "" : await JudgeAsync(next, at, what, cancellationToken);
                if (other is null)
                {
                    _pause.Add(Now);
                    _last = Now;
                    return (next, null);
                }
                // At a place that was told only the right one counts: it may have gone back to where it was.
                if (at == last && other.Length > 0) return (null, other);
                // And gone again, told once more it is news. Told while it was asked for, it is asked for once more.
                bool isNotThere = other.Length > 0 || goneSince is not null;
                bool again = isNotThere && moved?.TakeToldAgain() == true;
                if (isNotThere && !again) Interlocked.CompareExchange(ref _movedTo, null, moved);
                await _told.WaitAsync(again ? AttachTimers.ReseatAgain : AttachTimers.Reseat, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (null, null);
        }
        finally
        {
            Volatile.Write(ref _movedTo, null);
        }
    }

    /// <returns>Null: it is the stick, and is configured. Else it is let go, and this is why; empty: it may be asked again.</returns>
    private static async Task<string?> JudgeAsync(IFarSession next, BusId at, ReseatRequest what, CancellationToken cancellationToken)
    {
        string? other = "";
        try
        {
            bool isSamePlace = Place(next) == Place(what.Lost);
            // Bus numbers are dealt anew at each start of a Pi, so another of its kind may be where it was.
            if (!isSamePlace && !HasItsOwnSerial(what.Identity)) other = $"another stick is there now: what is at {at} is in another port";
            else if (!HadPower(what.Lost, next, what.Away()) && !Notices(what.Identity)) other = PluggedAnew;
            else other = await DifferenceAsync(next, what.Identity, what.Configuration, cancellationToken);
            return other;
        }
        finally
        {
            if (other is not null) await next.DisposeAsync();
        }
    }

    // Not given yet: in use by the dead session, being reset, or there is nobody to ask.
    private async Task<(IFarSession? Next, AttachOutcome? No)> TryOpenAsync(
        BusId at, CarrierMemory last, CancellationToken cancellationToken)
    {
        try
        {
            return (await open(at, last, cancellationToken), null);
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

    private static UsbPort Place(IFarSession session) => UsbPort.Of(session.Device.Path, session.Device.BusId);

    private static bool HasItsOwnSerial(DeviceIdentity identity) =>
        KnownRadios.Default.IsOwnSerial(identity.Id, identity.Serial);

    private static bool Notices(DeviceIdentity identity) => KnownRadios.Default.Recognise(identity)?.NoticesRestart == true;

    /// <summary>Where the stick is, by its Pi.</summary>
    private sealed class ToldPlace(BusId busId)
    {
        private volatile bool _isToldAgain;

        public BusId BusId => busId;

        public bool IsToldAgain
        {
            set => _isToldAgain = value;
        }

        public bool TakeToldAgain()
        {
            bool was = _isToldAgain;
            _isToldAgain = false;
            return was;
        }
    }
}
