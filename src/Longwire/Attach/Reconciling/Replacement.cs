using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>The stick that a person has let take a radio's place. It is asked who it is first.</summary>
/// <param name="ListedAs">What the list calls it; another one at the same place is not meant.</param>
/// <param name="IsInItsPlace">It sits where that radio was, and is taken whatever it says.</param>
/// <param name="Until">In time since the reconciler's start: by then the person has looked, and may ask again.</param>
internal sealed record Replacement(string PiId, BusId BusId, UsbId ListedAs, bool IsInItsPlace, TimeSpan Until)
{
    public bool IsBy(Stick stick) => (PiId, BusId, ListedAs) == (stick.PiId, stick.BusId, stick.ListedAs);
}
