using Longwire.Link.Wire;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach;

/// <summary>Asks one Pi for its list, as often as it is told to.</summary>
internal interface IPiWatch
{
    /// <summary>From now on ask this often; null: do not ask. Asking more often than before takes effect at once.</summary>
    public void AskEvery(TimeSpan? interval);

    /// <summary>Ask now.</summary>
    public void AskNow();

    /// <summary>Has the Pi set a stick anew.</summary>
    public ResetAsking Reset(BusId stick, ResetStep step);

    /// <summary>Ask no more; nothing is reported afterwards.</summary>
    public void Stop();
}
