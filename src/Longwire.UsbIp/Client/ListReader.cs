using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>Reads a device list record by record, then what may follow it.</summary>
internal sealed class ListReader(ExactSocket peer, TimeProvider timeProvider, CancellationToken cancellationToken)
{
    // The longest piece of a list: 255 interfaces.
    private readonly byte[] _buffer = new byte[byte.MaxValue * DeviceListReply.InterfaceSize];

    public async Task<DeviceList> ReadAsync(StepDeadline deadline)
    {
        await peer.SendAsync(Request(), deadline);
        DeviceListReply.RequireGood(OpCommon.Parse((await NextAsync(OpCommon.Size, deadline)).Span));
        int count = DeviceListReply.ParseCount((await NextAsync(DeviceListReply.CountSize, deadline)).Span);
        var devices = ImmutableArray.CreateBuilder<ExportedDevice>();
        for (int i = 0; i < count; i++)
        {
            deadline.Step = $"reading device {FieldFormat.Number(i + 1)} of {FieldFormat.Number(count)} from {peer}";
            ExportedDevice device = DeviceRecord.Parse((await NextAsync(DeviceRecord.Size, deadline)).Span);
            ReadOnlyMemory<byte> interfaces = await NextAsync(device.InterfaceCount * DeviceListReply.InterfaceSize, deadline);
            devices.Add(device with { Interfaces = DeviceListReply.ParseInterfaces(interfaces.Span, device.InterfaceCount) });
        }
        (LongwireListExtension? notice, bool isEnd) = await ReadNoticeAsync(deadline);
        return new DeviceList(devices.ToImmutable(), notice, isEnd);
    }

    private static byte[] Request()
    {
        var request = new byte[OpCommon.Size];
        new OpCommon(OpCode.RequestDeviceList).Write(request);
        return request;
    }

    // Once it has begun, it must be whole.
    private async Task<(LongwireListExtension? Notice, bool IsEnd)> ReadNoticeAsync(StepDeadline listDeadline)
    {
        using var soon = new StepDeadline(
            $"waiting for what follows the list of {peer}", ClientTimers.Notice, timeProvider, cancellationToken);
        try
        {
            int received = await peer.ReceiveUpToAsync(_buffer.AsMemory(0, OpCommon.Size), soon);
            if (received < OpCommon.Size) return (null, IsEnd: received == 0);
        }
        catch (UsbIpClosedException)
        {
            return (null, IsEnd: false);
        }
        catch (OperationCanceledException) when (soon.Expired)
        {
            return (null, IsEnd: false);
        }
        if (OpCommon.Parse(_buffer) is not { Version: OpCommon.CurrentVersion, Code: OpCode.ExportNotice, Status: UsbIpStatus.Ok })
        {
            // Something follows that we do not know.
            return (null, IsEnd: true);
        }
        listDeadline.Step = $"reading the notice of {peer}";
        int count = LongwireListExtension.ParseCount((await NextAsync(LongwireListExtension.CountSize, listDeadline)).Span);
        // At most 256 entries of 40 bytes.
        var body = new byte[LongwireListExtension.BodySize(count)];
        await peer.ReceiveExactlyAsync(body, listDeadline);
        return (LongwireListExtension.ParseBody(body, count), IsEnd: false);
    }

    private async Task<ReadOnlyMemory<byte>> NextAsync(int length, StepDeadline deadline)
    {
        Memory<byte> piece = _buffer.AsMemory(0, length);
        await peer.ReceiveExactlyAsync(piece, deadline);
        return piece;
    }
}
