using Longwire.Platform;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// How often something at one place of a Pi was tried in vain. Outlives the stick's absence from the list: each try resets the stick and
/// takes it out of the list for a moment, and a back-off that ended there would be none.
/// </summary>
/// <param name="id">As the list calls it.</param>
/// <param name="port">Where it sits.</param>
internal sealed class RetryState(UsbId id, UsbPort port, Random random)
{
    /// <summary>Lost at once so often in a row, an attachment is being taken away from us.</summary>
    private const int Contended = 2;

    /// <summary>The same whoever ends it. Who replugs a stick twice in a row has no sick one.</summary>
    private const int LostEachTime = 3;

    private Backoff _soon = new(AttachTimers.BackoffFirst, AttachTimers.BackoffCap, random);
    private readonly Backoff _same = new(AttachTimers.BackoffFirst, AttachTimers.BackoffSameCap, random);
    private readonly Backoff _contended = new(AttachTimers.ContendedFirst, AttachTimers.ContendedCap, random);
    private readonly DeviceNumberHistory _numbers = new();
    private string? _cause;
    private int _lostAtOnce;
    private int _lostSoon;
    private TimeSpan? _triedAt;
    private TimeSpan? _notReachedSince;
    private TimeSpan? _missingSince;

    public UsbId Id => id;
    public UsbPort Port => port;

    /// <summary>Not tried before this moment, in time since the reconciler's start.</summary>
    public TimeSpan NotBefore { get; private set; }

    /// <summary>How often in a row it did not say enough of itself to be told from others, and was asked again.</summary>
    public int AskedAgain { get; set; }

    /// <summary>It was lost right after it was attached, again and again.</summary>
    public bool IsContended => _lostAtOnce >= Contended;

    /// <summary>It never lasts, and as far as is known nobody takes it away.</summary>
    public bool IsLostEachTime => _lostSoon >= LostEachTime && !IsContended;

    /// <summary>None of its connections came about for long.</summary>
    public bool IsNeverReached { get; private set; }

    public bool WasTried => _triedAt is not null;

    /// <summary>Of another stick that is where this one was tried a moment ago: it is not tried any sooner for that.</summary>
    public RetryState OfAnother(UsbId other, UsbPort otherPort, TimeSpan now)
    {
        TimeSpan most = now + AttachTimers.BackoffCap;
        return new RetryState(other, otherPort, random)
        {
            _soon = _soon,
            _triedAt = _triedAt,
            NotBefore = NotBefore < most ? NotBefore : most,
        };
    }

    /// <param name="now">Since the reconciler's start.</param>
    /// <param name="cause">
    /// In words: what fails the same way each time will do so the next time. Null: it cost the stick nothing, and may be over at any
    /// moment.
    /// </param>
    public void Failed(TimeSpan now, string? cause)
    {
        (_notReachedSince, IsNeverReached) = (null, false);
        if (cause is null)
        {
            NotBefore = now + (IsContended ? _contended : _soon).Next();
            return;
        }
        // Waiting times and numbers in it differ from time to time.
        string same = string.Concat(cause.Where(letter => !char.IsAsciiDigit(letter)));
        if (same != _cause) _same.Reset();
        NotBefore = now + (same == _cause ? _same : _soon).Next();
        _cause = same;
    }

    /// <summary>The connection did not come about.</summary>
    public void NotReached(TimeSpan now)
    {
        TimeSpan since = _notReachedSince ?? now;
        Failed(now, cause: null);
        (_notReachedSince, IsNeverReached) = (since, now - since >= AttachTimers.NeverReached);
    }

    /// <summary>It was attached, and is lost.</summary>
    /// <param name="cause">In words, as of a failure.</param>
    /// <param name="mayBeTaken">Its server may have given it to somebody else meanwhile.</param>
    public void Lost(TimeSpan now, TimeSpan upFor, string cause, bool mayBeTaken)
    {
        if (upFor >= AttachTimers.Uncontended) Afresh();
        else if (upFor >= AttachTimers.Stable) BeginAgain();
        else
        {
            if (mayBeTaken) _lostAtOnce++;
            _lostSoon++;
            Failed(now, IsContended ? null : cause);
        }
    }

    /// <summary>An attempt has ended, whatever came of it.</summary>
    public void Ended(TimeSpan now) => _triedAt = now;

    /// <summary>So lately that what is amiss with it now may be the reset that ended the try.</summary>
    public bool WasTriedLately(TimeSpan now) => now - _triedAt < AttachTimers.StickGone;

    /// <summary>A list has it, under this number: one that was replugged is tried afresh.</summary>
    /// <param name="numbersStay">No reset changes them there.</param>
    public void Listed(uint number, bool numbersStay, TimeSpan now)
    {
        // What falls off its bus comes back by itself under another number.
        if (WasTriedLately(now) && (!numbersStay || _lostSoon > 0)) _numbers.Begin(number);
        else if (_numbers.IsReplugged(number)) Afresh();
    }

    /// <returns>Whether it is missing for so long that it was unplugged.</returns>
    public bool IsGone(bool isThere, TimeSpan now)
    {
        // Who takes it from us may hide it as long as he has it.
        bool isHidden = IsContended && now < NotBefore;
        _missingSince = isThere || isHidden ? null : _missingSince ?? now;
        return now - _missingSince >= AttachTimers.StickGone;
    }

    public void Afresh()
    {
        BeginAgain();
        _lostAtOnce = 0;
        _contended.Reset();
    }

    private void BeginAgain()
    {
        _soon.Reset();
        _same.Reset();
        (_cause, _lostSoon, NotBefore, AskedAgain) = (null, 0, TimeSpan.Zero, 0);
    }
}
