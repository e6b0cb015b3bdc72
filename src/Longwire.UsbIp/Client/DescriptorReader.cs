using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>
/// Reads a device's descriptors. Those of the device and of its configuration must come; a text that does not come is unread, and a device
/// without it is no worse: the kernel lives without it, too.
/// </summary>
internal sealed class DescriptorReader(ControlTransfers transfers, ExportedDevice device)
{
    /// <summary>
    /// The wire allows 65,535 bytes. A two-port serial stick has less than 200 and the cameras and docks with the longest ones some 3,000:
    /// what is longer is no radio, and is not read.
    /// </summary>
    internal const int MaxConfigurationLength = 4096;

    // USB_MAXCONFIG (drivers/usb/core/config.c): the kernel looks no further either.
    private const int MaxConfigurations = 8;

    // By these a server says that the device, and not a text of it, is gone.
    private const int NoDevice = -19;
    private const int Shutdown = -108;

    private DeviceTexts _unread;

    /// <summary>
    /// The question for a text, or for the languages, that was never answered; null if all were. At the second such question it is over:
    /// the kernel waits 10 s for each, and so long no other device comes up on the same hub.
    /// </summary>
    public string? Unanswered { get; private set; }

    public async Task<DeviceIdentity> ReadAsync()
    {
        byte[] deviceBytes = await RequireAsync(DescriptorType.Device, 0, DeviceDescriptor.Size, "device descriptor");
        DeviceDescriptor descriptor = DeviceDescriptor.Parse(deviceBytes);
        byte[] configurationBytes = await ReadConfigurationAsync(descriptor);
        ImmutableArray<UsbInterfaceClass> interfaces = ConfigurationDescriptor.Parse(configurationBytes).Interfaces;
        ushort? langId = await ReadLangIdAsync(descriptor);
        var identity = new DeviceIdentity
        {
            Id = descriptor.Id,
            BcdDevice = descriptor.BcdDevice,
            Manufacturer = await ReadTextAsync(descriptor.ManufacturerIndex, langId, DeviceTexts.Manufacturer, "manufacturer"),
            Product = await ReadTextAsync(descriptor.ProductIndex, langId, DeviceTexts.Product, "product"),
            Serial = await ReadTextAsync(descriptor.SerialIndex, langId, DeviceTexts.Serial, "serial number"),
            Interfaces = interfaces,
            Descriptors = (byte[])[.. deviceBytes, .. configurationBytes],
            Unread = _unread,
        };
        // It left a question unanswered: one that has fallen silent altogether must not reach the kernel.
        if (Unanswered is null) return identity;
        byte[] again = await RequireAsync(DescriptorType.Device, 0, DeviceDescriptor.Size, "device descriptor");
        return again.AsSpan().SequenceEqual(deviceBytes)
            ? identity
            : throw new UsbIpProtocolException($"{device.BusId} changed between two reads of its device descriptor");
    }

    private async Task<byte[]> ReadConfigurationAsync(DeviceDescriptor descriptor)
    {
        int count = Math.Min(descriptor.ConfigurationCount, (byte)MaxConfigurations);
        if (count == 0) throw new UsbIpFormatException($"{device.BusId} has no configuration");
        // Several: the one that is active on the server. One, or none active: the first.
        bool any = count == 1 || device.ConfigurationValue == 0;
        for (byte index = 0; index < count; index++)
        {
            byte[] head = await RequireAsync(
                DescriptorType.Configuration, index, ConfigurationDescriptor.HeaderSize, $"configuration {FieldFormat.Number(index)}");
            ConfigurationDescriptor header = ConfigurationDescriptor.ParseHeader(head);
            if (any || header.Value == device.ConfigurationValue) return await ReadWholeConfigurationAsync(index, head, header.TotalLength);
        }
        throw new UsbIpProtocolException(
            $"{device.BusId} has no configuration of the value {FieldFormat.Number(device.ConfigurationValue)} "
                + "that the server calls active");
    }

    private async Task<byte[]> ReadWholeConfigurationAsync(byte index, byte[] head, int length)
    {
        if (length > MaxConfigurationLength)
        {
            throw new UsbIpFormatException(
                $"{device.BusId} has a configuration of {FieldFormat.Number(length)} bytes, the limit is "
                    + $"{FieldFormat.Number(MaxConfigurationLength)}");
        }
        byte[] whole = await RequireAsync(
            DescriptorType.Configuration, index, (ushort)length, $"configuration {FieldFormat.Number(index)}");
        if (!whole.AsSpan().StartsWith(head))
        {
            throw new UsbIpProtocolException(
                $"{device.BusId} changed between two reads: configuration {FieldFormat.Number(index)} began with "
                    + $"{Convert.ToHexString(head)}, "
                + $"then with {Convert.ToHexString(whole.AsSpan(0, Math.Min(whole.Length, head.Length)))}");
        }
        return whole;
    }

    // Null: the device does not name its languages, and then the kernel asks it for no string either (usb_get_langid). A list of none, or
    // what is no list at all, is English to it.
    private async Task<ushort?> ReadLangIdAsync(DeviceDescriptor descriptor)
    {
        if (descriptor is { ManufacturerIndex: 0, ProductIndex: 0, SerialIndex: 0 }) return null;
        byte[]? bytes = await ReadStringAsync(0, 0, "languages");
        if (bytes is null) return null;
        return StringDescriptor.IsString(bytes) ? StringDescriptor.ParseLangId(bytes) : StringDescriptor.DefaultLangId;
    }

    private async Task<string?> ReadTextAsync(byte index, ushort? langId, DeviceTexts text, string name)
    {
        if (index == 0) return null;
        if (langId is ushort language && await ReadStringAsync(index, language, name) is byte[] bytes && StringDescriptor.IsString(bytes))
            return StringDescriptor.ParseText(bytes);
        _unread |= text;
        return null;
    }

    // As the kernel does (usb_string_sub), so that we read what it will read: the whole length first; a device that does not bear that is
    // asked for its length, then for just that.
    private async Task<byte[]?> ReadStringAsync(byte index, ushort langId, string name)
    {
        if (transfers.Elapsed >= ClientTimers.Texts) return null;
        if (await TryGetStringAsync(index, langId, StringDescriptor.MaxSize, name) is not { } first) return null;
        if (first is { Status: 0, Data.Length: >= 2 }) return first.Data;
        if (await TryGetStringAsync(index, langId, 2, name) is not { Status: 0, Data: [>= 2, _] length }) return null;
        return await TryGetStringAsync(index, langId, length[0], name) is { Status: 0, Data: { Length: >= 2 } data } ? data : null;
    }

    private async Task<ControlAnswer?> TryGetStringAsync(byte index, ushort langId, ushort length, string name)
    {
        if (await transfers.TryGetStringAsync(index, langId, length, name) is not { } answer)
        {
            if (Unanswered is { } other)
                throw new TimeoutException($"{device.BusId} answers neither the question for its {other} nor that for its {name}");
            Unanswered = name;
            return null;
        }
        return answer.Status is NoDevice or Shutdown ? throw Failed(answer, name) : answer;
    }

    private async Task<byte[]> RequireAsync(byte type, byte index, ushort length, string name)
    {
        ControlAnswer answer = await transfers.GetDescriptorAsync(type, index, length, name);
        return answer.Status switch
        {
            0 => answer.Data,
            RetSubmit.Stall => throw new UsbIpTransferException($"{device.BusId} refuses to give its {name}", RetSubmit.Stall),
            _ => throw Failed(answer, name),
        };
    }

    private UsbIpTransferException Failed(ControlAnswer answer, string name) => new(
        $"reading the {name} of {device.BusId}: the transfer ended with errno {FieldFormat.Number(-(long)answer.Status)}", answer.Status);
}
