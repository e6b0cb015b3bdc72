using Longwire.Platform;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// How often something at one place of a Pi was tried in vain. Outlives the stick's absence from the list: each try resets the stick and
/// takes it out of the list for a moment, and a back-off that ended there would be none.
/// </summary>
internal sealed class RetryState(UsbId id, Backoff backoff)
{
    public UsbId Id { get; } = id;

    /// <summary>Not tried before this moment, in time since the reconciler's start.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>How often in a row it did not say enough of itself to be told from others, and was asked again.</summary>
    public int AskedAgain { get; set; }

    public void Failed(TimeSpan now) => NotBefore = now + backoff.Next();

    public void Afresh()
    {
        backoff.Reset();
        NotBefore = TimeSpan.Zero;
        AskedAgain = 0;
    }
}
