using System.Collections.Immutable;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>What a server has to offer.</summary>
/// <param name="Devices">Bound and free to import. A device in use is not listed.</param>
/// <param name="Notice">
/// Set if the server is a Longwire: what is plugged in but not listed, and why. A stick in neither is unplugged.
/// </param>
/// <param name="IsEnd">
/// The server closed in order right after the list, as all but a Longwire do. False without a notice: whether one was on its way is not
/// known, since it did not come in time or the connection was cut.
/// </param>
public sealed record DeviceList(ImmutableArray<ExportedDevice> Devices, LongwireListExtension? Notice, bool IsEnd = false)
{
    /// <summary>What stands in the list or in the notice and cannot be used.</summary>
    public ImmutableArray<OddRecord> Odd { get; init; } = [];

    /// <summary>
    /// Why not all came that was announced; null if it did. <see cref="Devices"/> are those that came whole, and of what is not among them
    /// nothing is known.
    /// </summary>
    public string? CutShort { get; init; }
}
