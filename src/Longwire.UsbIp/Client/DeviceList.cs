using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
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

    /// <summary>
    /// Reads a list, and the notice behind it, from memory. A record that cannot be used costs its own device, as in a list that is asked
    /// for.
    /// </summary>
    /// <exception cref="UsbIpFormatException">Malformed or cut short.</exception>
    /// <exception cref="UsbIpProtocolException">Another version or operation.</exception>
    /// <exception cref="UsbIpRefusedException">A status other than 0.</exception>
    public static DeviceList Parse(ReadOnlySpan<byte> bytes)
    {
        DeviceListReply.RequireGood(OpCommon.Parse(bytes));
        bytes = bytes[OpCommon.Size..];
        int count = DeviceListReply.ParseCount(bytes);
        bytes = bytes[DeviceListReply.CountSize..];
        var devices = ImmutableArray.CreateBuilder<ExportedDevice>();
        List<OddRecord> odd = [];
        for (; count > 0; count--)
        {
            FieldFormat.RequireLength(bytes, DeviceRecord.Size, "a device");
            byte interfaces = DeviceRecord.InterfaceCountOf(bytes);
            ExportedDevice? device = DeviceRecord.TryParse(bytes[..DeviceRecord.Size], odd);
            bytes = bytes[DeviceRecord.Size..];
            ImmutableArray<UsbInterfaceClass> classes = DeviceListReply.ParseInterfaces(bytes, interfaces);
            bytes = bytes[(interfaces * DeviceListReply.InterfaceSize)..];
            if (device is not null) devices.Add(device with { Interfaces = classes });
        }
        return new DeviceList(devices.ToImmutable(), ParseNotice(bytes, odd)) { Odd = [.. odd] };
    }

    private static LongwireListExtension? ParseNotice(ReadOnlySpan<byte> bytes, List<OddRecord> odd)
    {
        if (bytes.Length < OpCommon.Size) return null;
        OpCommon header = OpCommon.Parse(bytes);
        if (header is not { Version: OpCommon.CurrentVersion, Code: OpCode.ExportNotice, Status: UsbIpStatus.Ok }) return null;
        bytes = bytes[OpCommon.Size..];
        int count = LongwireListExtension.ParseCount(bytes);
        bytes = bytes[LongwireListExtension.CountSize..];
        FieldFormat.RequireLength(bytes, LongwireListExtension.BodySize(count), "a notice");
        return LongwireListExtension.ParseBody(bytes[..LongwireListExtension.BodySize(count)], count, odd);
    }
}
