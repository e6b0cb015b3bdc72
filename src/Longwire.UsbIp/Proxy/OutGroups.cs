using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// Which OUTs belong together: drivers cut a long write() into several URBs, or join short ones, and a command that was cut in two must
/// not reach the radio in part. A group is known by the time at which it began.
/// </summary>
internal sealed class OutGroups(UrbProxyOptions options)
{
    private readonly Group[] _groups = new Group[UrbHeader.MaxEp + 1];

    /// <summary>Notes an OUT, and when its group began.</summary>
    /// <returns>False: its group was dropped, so it must be dropped too.</returns>
    public bool Join(Urb urb, TimeSpan now)
    {
        ref Group group = ref _groups[urb.Ep];
        if (!group.Exists || now - group.Last >= options.GroupGap || now - group.Start >= options.LongestGroup)
            group = new Group { Exists = true, Start = now };
        group.Last = now;
        urb.GroupStart = group.Start;
        return !group.Dropped;
    }

    /// <summary>What follows in that group is dropped too.</summary>
    public void Drop(uint ep, TimeSpan start)
    {
        ref Group group = ref _groups[ep];
        if (group.Start == start) group.Dropped = true;
    }

    private struct Group
    {
        public bool Exists;
        public bool Dropped;
        public TimeSpan Start;
        public TimeSpan Last;
    }
}
