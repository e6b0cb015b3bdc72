using System.Collections.Immutable;
using Longwire.UsbIp.Usb;

namespace Longwire.Radios;

/// <summary>What some radios show themselves as while they are flashed.</summary>
/// <param name="Id">Its own.</param>
/// <param name="Of">Those of the radios.</param>
internal sealed record KnownBootloader(UsbId Id, ImmutableArray<UsbId> Of);
