using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Ports;

/// <summary>
/// Notices a server that has no room for as many pending URBs as cdc_acm has. The driver keeps 16 reads waiting, beside the one for its
/// control interface and what it writes. A server with room for 16 fails the one above that; the driver takes this for a stall, takes all
/// reads back, clears the endpoint's halt, hands 16 reads in again, and so on without end. The radio works badly or not at all, and nothing
/// else shows it.
/// </summary>
/// <remarks>
/// Only the count of URBs tells, so a stick that is busy must not look the same.
/// <list type="bullet">
/// <item>Other drivers may be as busy while all is well (an FTDI chip completes an empty read each millisecond, if told to): only cdc_acm
/// is judged.</item>
/// <item>No radio moves <see cref="TooManyPerSecond"/>: the air of Zigbee and Thread carries 250 kbit/s, of which some 100 are payload, and
/// of Z-Wave 100. In packets of 64 bytes that is below 200 reads a second, and as many writes, and nobody sends all the time.</item>
/// <item>Such a storm goes on one round trip at a time, so over a slow network it makes fewer. From <see cref="SuspectPerSecond"/> on what
/// came back decides: a busy stick answers with data, a storm with headers alone.</item>
/// <item>Twice in a row: a firmware update, which is much data one way and single bytes the other, is over by then.</item>
/// </list>
/// </remarks>
internal sealed class UrbStorm(TimeProvider time, SysfsUsbDevice device)
{
    public const double TooManyPerSecond = 400;
    public const double SuspectPerSecond = 100;

    /// <summary>A read of a radio's frame brings ten and more, its acknowledgement one.</summary>
    public const double LeastBytesPerUrb = 2;

    private const string Driver = "cdc_acm";
    private const int InARow = 2;

    private readonly bool _isJudged = device.Interfaces.Any(part => part.Driver == Driver);
    private (long At, uint Urbs, ulong? Received)? _before;
    private int _inARow;

    /// <summary>One look per heartbeat.</summary>
    /// <param name="received">All bytes that came from the Pi by now; null if that cannot be told.</param>
    /// <returns>Whether it goes on right now.</returns>
    public bool Look(ulong? received)
    {
        if (!_isJudged || device.ReadUrbCount() is not { } urbs) return false;
        (long At, uint Urbs, ulong? Received) now = (time.GetTimestamp(), urbs, received);
        if (_before is { } before && time.GetElapsedTime(before.At, now.At) is { Ticks: > 0 } span)
        {
            uint handedIn = unchecked(urbs - before.Urbs);
            _inARow = IsStormy(handedIn, span, received - before.Received) ? _inARow + 1 : 0;
        }
        _before = now;
        return _inARow >= InARow;
    }

    // Each URB is answered by one header, whether it was done or taken back.
    private static bool IsStormy(uint urbs, TimeSpan span, ulong? bytes)
    {
        double perSecond = urbs / span.TotalSeconds;
        if (perSecond >= TooManyPerSecond) return true;
        return perSecond >= SuspectPerSecond && bytes < urbs * (UrbHeader.Size + LeastBytesPerUrb);
    }
}
