using System.Net.Sockets;
using Longwire.Export.Reconciling;
using Longwire.Platform;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Stock;

/// <summary>
/// One client of the stock protocol: one request, one answer, and after a good import the session. Owns the socket from accept to end: the
/// kernel takes a reference of its own, and nobody else closes ours.
/// </summary>
internal sealed class StockConnection(
    Socket socket, Client client, StickRequests requests, StockOffers offers, DescriptorEvents events, TimeProvider time,
    ILogger logger) : ISessionCarrier, IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _kernelHasIt;

    public Client Client => client;
    public Socket KernelEnd => socket;
    public Task Ended => _ended.Task;

    /// <summary>Never throws: what one client does wrong is its own affair.</summary>
    public Task AnswerAsync(CancellationToken cancellationToken) => ServeAsync(
        async () => await AnswerAsync(await ReadRequestAsync(cancellationToken), cancellationToken), cancellationToken);

    /// <summary>There is no place for it: it is told so if it asks at once. Never throws.</summary>
    public Task RefuseAsync(CancellationToken cancellationToken) => ServeAsync(
        async () =>
        {
            using var deadline = new Deadline(ExportTimers.Refusal, time, cancellationToken);
            var header = new byte[OpCommon.Size];
            await ReadAsync(header, deadline.Token);
            await RefuseAsync(OpCommon.Parse(header).Code, UsbIpStatus.NotAvailable, deadline.Token);
            socket.Shutdown(SocketShutdown.Send);
            // The rest of what it asked: closed with that unread, the connection would end with a reset, perhaps ahead of our answer.
            while (await socket.ReceiveAsync(header, deadline.Token) > 0)
            {
            }
        },
        cancellationToken);

    private async Task ServeAsync(Func<Task> serve, CancellationToken cancellationToken)
    {
        bool answered = false;
        try
        {
            DeadPeerDetection.Apply(socket);
            socket.NoDelay = true;
            await serve();
            answered = true;
        }
        catch (OperationCanceledException)
        {
            if (!cancellationToken.IsCancellationRequested) ExportLog.ClientTooSlow(logger, client);
        }
        catch (UsbIpException e)
        {
            ExportLog.ClientConfused(logger, client, e.Message);
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException or ObjectDisposedException)
        {
            ExportLog.ClientLeft(logger, client, e.Message);
        }
#pragma warning disable CA1031 // A fault of ours that one client can provoke must not end the service of the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ExportLog.ClientFault(logger.About("clients", client.ToString()), e, client);
        }
        // The kernel may serve somebody who has not got our answer; ending the connection ends that, too.
        if (!answered) End();
    }

    /// <summary>
    /// Until the session has ended, whoever ended it; at once if there is none. At a stop the kernel is told by the reconciler, and our
    /// copy of the connection is of no use any more. Never throws.
    /// </summary>
    public async Task CarryAsync(CancellationToken cancellationToken)
    {
        if (!_kernelHasIt) return;
        try
        {
            await events.WaitForHangUpAsync(socket.SafeHandle, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The stop.
        }
#pragma warning disable CA1031 // Whose end nobody would see must end now; it is this session's problem alone.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ExportLog.ClientFault(logger.About("clients", client.ToString()), e, client);
            End();
        }
    }

    public void End() => socket.TryShutdown();

    // Whoever speaks the stock protocol says no more of itself than its address, which several may share.
    public bool TryTakeFrom(ISessionCarrier other) => false;

    public void Dispose()
    {
        socket.Dispose();
        _ended.TrySetResult();
    }

    /// <returns>The bus id of an import; null: the list is asked for.</returns>
    private async Task<BusId?> ReadRequestAsync(CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.Request, time, cancellationToken);
        var buffer = new byte[ImportRequest.Size];
        await ReadAsync(buffer.AsMemory(0, OpCommon.Size), deadline.Token);
        OpCommon header = OpCommon.Parse(buffer);
        bool isList = header.Code == OpCode.RequestDeviceList;
        if (header.Version != OpCommon.CurrentVersion || !(isList || header.Code == OpCode.RequestImport))
        {
            await RefuseAsync(header.Code, UsbIpStatus.UnexpectedError, deadline.Token);
            header.Expect(isList ? OpCode.RequestDeviceList : OpCode.RequestImport);
        }
        if (isList) return null;
        // Not a byte more: what follows belongs to the kernel.
        await ReadAsync(buffer.AsMemory(OpCommon.Size, ImportRequest.BodySize), deadline.Token);
        try
        {
            return ImportRequest.ParseBody(buffer.AsSpan(OpCommon.Size));
        }
        catch (UsbIpFormatException)
        {
            await RefuseAsync(header.Code, UsbIpStatus.NoSuchDevice, deadline.Token);
            throw;
        }
    }

    // The header of the answer alone, as the protocol refuses. What is no request gets none.
    private async Task RefuseAsync(OpCode request, UsbIpStatus status, CancellationToken cancellationToken)
    {
        const ushort IsRequest = 0x8000;
        if (((ushort)request & IsRequest) == 0) return;
        var bytes = new byte[OpCommon.Size];
        new OpCommon((OpCode)((ushort)request & ~IsRequest), status).Write(bytes);
        await SendAsync(bytes, cancellationToken);
    }

    private async Task AnswerAsync(BusId? wanted, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.Answer, time, cancellationToken);
        if (wanted is not { } busId)
        {
            await offers.WaitForFirstLookAsync(deadline.Token);
            await SendAsync(offers.ListReply, deadline.Token);
            socket.Shutdown(SocketShutdown.Send);
            return;
        }

        ImportAnswer answer = await requests.AskAsync(new PendingImport(busId, this), deadline.Token);
        _kernelHasIt = answer.Offer is not null;
        await SendAsync(
            answer.Offer is { } offer ? StockOffers.EncodeImport(offer) : ImportReply.EncodeRefusal(answer.Status), deadline.Token);
    }

    private async Task ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            int read = await socket.ReceiveAsync(buffer, cancellationToken);
            if (read == 0) throw new EndOfStreamException("it closed before it had asked");
            buffer = buffer[read..];
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0) bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
    }
}
