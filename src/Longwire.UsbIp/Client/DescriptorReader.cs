using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>
/// Reads a device's descriptors by URBs of our own, one at a time: the next is sent when the last is answered to its last byte.
/// </summary>
internal sealed class DescriptorReader(ExactSocket peer, ExportedDevice device, StepDeadline deadline)
{
    /// <summary>
    /// Ours begin high. vhci_hcd counts from 1 when its module is loaded, and ends a connection over an answer to a seqnum that it does
    /// not know (vhci_recv_ret_submit). So if a broken server answered one of ours twice, the kernel would hang up, where a low
    /// number might be taken for the answer to one of its own. The server's side only looks for a seqnum among URBs that are under way, and
    /// none of ours is when the kernel takes over.
    /// </summary>
    internal const uint FirstSeqnum = 0xFFFF_0000;

    /// <summary>
    /// The wire allows 65,535 bytes. A two-port serial stick has less than 200 and the cameras and docks with the longest ones some 3,000:
    /// what is longer is no radio, and is not read.
    /// </summary>
    internal const int MaxConfigurationLength = 4096;

    // USB_MAXCONFIG (drivers/usb/core/config.c): the kernel looks no further either.
    private const int MaxConfigurations = 8;

    private uint _seqnum = FirstSeqnum;

    public async Task<DeviceIdentity> ReadAsync()
    {
        byte[] deviceBytes = await RequireAsync(DescriptorType.Device, 0, DeviceDescriptor.Size, "device descriptor");
        DeviceDescriptor descriptor = DeviceDescriptor.Parse(deviceBytes);
        byte[] configurationBytes = await ReadConfigurationAsync(descriptor);
        ImmutableArray<UsbInterfaceClass> interfaces = ConfigurationDescriptor.Parse(configurationBytes).Interfaces;
        ushort? langId = await ReadLangIdAsync(descriptor);
        return new DeviceIdentity
        {
            Id = descriptor.Id,
            BcdDevice = descriptor.BcdDevice,
            Manufacturer = await ReadTextAsync(descriptor.ManufacturerIndex, langId, "manufacturer"),
            Product = await ReadTextAsync(descriptor.ProductIndex, langId, "product"),
            Serial = await ReadTextAsync(descriptor.SerialIndex, langId, "serial number"),
            Interfaces = interfaces,
            Descriptors = (byte[])[.. deviceBytes, .. configurationBytes],
        };
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

    // Null: the device refuses to name its languages, and then the kernel asks it for no string either (usb_get_langid).
    private async Task<ushort?> ReadLangIdAsync(DeviceDescriptor descriptor)
    {
        if (descriptor is { ManufacturerIndex: 0, ProductIndex: 0, SerialIndex: 0 }) return null;
        return await ReadStringAsync(0, 0, "languages") is byte[] bytes ? StringDescriptor.ParseLangId(bytes) : null;
    }

    private async Task<string?> ReadTextAsync(byte index, ushort? langId, string name)
    {
        if (index == 0 || langId is not ushort language) return null;
        return await ReadStringAsync(index, language, name) is byte[] bytes ? StringDescriptor.ParseText(bytes) : null;
    }

    // As the kernel does (usb_string_sub), so that we read what it will read: the whole length first; a device that does not bear that is
    // asked for its length, then for just that.
    private async Task<byte[]?> ReadStringAsync(byte index, ushort langId, string name)
    {
        byte[]? bytes = await GetDescriptorAsync(DescriptorType.String, index, langId, StringDescriptor.MaxSize, name);
        if (bytes is { Length: >= 2 }) return bytes;
        bytes = await GetDescriptorAsync(DescriptorType.String, index, langId, 2, name);
        if (bytes is not { Length: 2 } || bytes[0] < 2) return null;
        return await GetDescriptorAsync(DescriptorType.String, index, langId, bytes[0], name);
    }

    private async Task<byte[]> RequireAsync(byte type, byte index, ushort length, string name) =>
        await GetDescriptorAsync(type, index, 0, length, name)
        ?? throw new UsbIpTransferException($"{device.BusId} refuses to give its {name}", RetSubmit.Stall);

    /// <returns>What the device gave, perhaps less than asked for; null if it stalled.</returns>
    private async Task<byte[]?> GetDescriptorAsync(byte type, byte index, ushort langId, ushort length, string name)
    {
        deadline.Step = $"reading the {name} of {device.BusId} at {peer}";
        uint seqnum = _seqnum++;
        var message = new byte[UrbHeader.Size];
        new CmdSubmit
        {
            Seqnum = seqnum,
            DevId = device.DevId,
            Direction = UrbDirection.In,
            Ep = 0,
            TransferFlags = CmdSubmit.UrbDirIn,
            TransferBufferLength = length,
            Setup = SetupPacket.GetDescriptor(type, index, langId, length),
        }.Write(message);
        await peer.SendAsync(message, deadline);
        await peer.ReceiveExactlyAsync(message, deadline);
        RetSubmit answer = RetSubmit.Parse(message);
        if (answer.Seqnum != seqnum)
        {
            throw new UsbIpProtocolException(
                $"{deadline.Step}: asked with seqnum {FieldFormat.Number(seqnum)}, answered with {FieldFormat.Number(answer.Seqnum)}");
        }
        if (answer.ActualLength > length)
        {
            throw new UsbIpProtocolException(
                $"{deadline.Step}: asked for {FieldFormat.Number(length)} bytes, answered with {FieldFormat.Number(answer.ActualLength)}");
        }
        // Data comes with errors too, and must not stay in the stream.
        var data = new byte[answer.ActualLength];
        await peer.ReceiveExactlyAsync(data, deadline);
        return answer.Status switch
        {
            0 => data,
            RetSubmit.Stall => null,
            int status => throw new UsbIpTransferException(
                $"{deadline.Step}: the transfer ended with errno {FieldFormat.Number(-(long)status)}", status),
        };
    }
}
