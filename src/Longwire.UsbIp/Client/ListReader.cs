using System.Collections.Immutable;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>
/// Reads a device list record by record, then what may follow it. A record that cannot be used costs its own device, and a list that is cut
/// short, or stalls, keeps those that came whole.
/// </summary>
internal sealed class ListReader(ExactPeer peer, TimeProvider timeProvider, CancellationToken cancellationToken)
{
    // The longest piece of a list: 255 interfaces.
    private readonly byte[] _buffer = new byte[byte.MaxValue * DeviceListReply.InterfaceSize];
    private readonly ImmutableArray<ExportedDevice>.Builder _devices = ImmutableArray.CreateBuilder<ExportedDevice>();
    private readonly List<OddRecord> _odd = [];

    public async Task<DeviceList> ReadAsync(StepDeadline deadline)
    {
        await peer.SendAsync(Request(), deadline);
        DeviceListReply.RequireGood(OpCommon.Parse((await NextAsync(OpCommon.Size, deadline)).Span));
        int count = DeviceListReply.ParseCount((await NextAsync(DeviceListReply.CountSize, deadline)).Span);
        try
        {
            for (int i = 1; i <= count; i++)
            {
                deadline.Step = $"reading device {FieldFormat.Number(i)} of {FieldFormat.Number(count)} from {peer}";
                await ReadDeviceAsync(deadline);
            }
            (LongwireListExtension? notice, bool isEnd) = await ReadNoticeAsync(deadline);
            return new DeviceList(_devices.ToImmutable(), notice, isEnd) { Odd = [.. _odd] };
        }
        catch (UsbIpException e) when (e is UsbIpClosedException or UsbIpFormatException && HasAny)
        {
            return InPart(e.Message);
        }
        catch (OperationCanceledException e) when (deadline.Expired && HasAny)
        {
            return InPart(deadline.Exception(e).Message);
        }
    }

    private bool HasAny => _devices.Count + _odd.Count > 0;

    private DeviceList InPart(string why) => new(_devices.ToImmutable(), Notice: null) { Odd = [.. _odd], CutShort = why };

    private static byte[] Request()
    {
        var request = new byte[OpCommon.Size];
        new OpCommon(OpCode.RequestDeviceList).Write(request);
        return request;
    }

    private async Task ReadDeviceAsync(StepDeadline deadline)
    {
        ReadOnlyMemory<byte> record = await NextAsync(DeviceRecord.Size, deadline);
        ExportedDevice? device = DeviceRecord.TryParse(record.Span, _odd);
        byte count = DeviceRecord.InterfaceCountOf(record.Span);
        ReadOnlyMemory<byte> interfaces = await NextAsync(count * DeviceListReply.InterfaceSize, deadline);
        if (device is not null) _devices.Add(device with { Interfaces = DeviceListReply.ParseInterfaces(interfaces.Span, count) });
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
        return (LongwireListExtension.ParseBody(body, count, _odd), IsEnd: false);
    }

    private async Task<ReadOnlyMemory<byte>> NextAsync(int length, StepDeadline deadline)
    {
        Memory<byte> piece = _buffer.AsMemory(0, length);
        await peer.ReceiveExactlyAsync(piece, deadline);
        return piece;
    }
}
