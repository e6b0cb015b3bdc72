using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>Whose place another session is to take.</summary>
/// <param name="Lost">The session that ended.</param>
/// <param name="Identity">What the stick said before the kernel met it, and what that could read besides.</param>
/// <param name="Configuration">What every stick is to be told before it is used.</param>
/// <param name="Away">For how long the Pi has been away by now.</param>
/// <param name="Left">How long it is still waited for.</param>
internal sealed record ReseatRequest(
    IFarSession Lost, DeviceIdentity Identity, IReadOnlyList<SetupPacket> Configuration, Func<TimeSpan> Away, TimeSpan Left);
