using System.Net.Sockets;
using Longwire.Export.Reconciling;
using Longwire.Platform;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Stock;

/// <summary>One client of the stock protocol: one request, one answer. After a good import the connection is the kernel's.</summary>
internal sealed class StockConnection(Socket socket, string client, ExportReconciler reconciler, TimeProvider time, ILogger logger)
{
    /// <summary>Never throws: what one client does wrong is its own affair.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        bool kernelHasIt = false;
        try
        {
            DeadPeerDetection.Apply(socket);
            socket.NoDelay = true;
            kernelHasIt = await AnswerAsync(await ReadRequestAsync(cancellationToken), cancellationToken);
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
            ExportLog.ClientFault(logger.About("clients", client), e, client);
        }
        finally
        {
            if (!kernelHasIt) socket.Dispose();
        }
    }

    /// <returns>The bus id of an import; null: the list is asked for.</returns>
    private async Task<BusId?> ReadRequestAsync(CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.Request, time, cancellationToken);
        var buffer = new byte[ImportRequest.Size];
        await ReadAsync(buffer.AsMemory(0, OpCommon.Size), deadline.Token);
        OpCommon header = OpCommon.Parse(buffer);
        if (header.Code == OpCode.RequestDeviceList)
        {
            header.Expect(OpCode.RequestDeviceList);
            return null;
        }
        header.Expect(OpCode.RequestImport);
        // Not a byte more: what follows belongs to the kernel.
        await ReadAsync(buffer.AsMemory(OpCommon.Size, ImportRequest.BodySize), deadline.Token);
        return ImportRequest.ParseBody(buffer.AsSpan(OpCommon.Size));
    }

    private async Task<bool> AnswerAsync(BusId? wanted, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(ExportTimers.Answer, time, cancellationToken);
        if (wanted is not { } busId)
        {
            await SendAsync(reconciler.Offers.ListReply, deadline.Token);
            socket.Shutdown(SocketShutdown.Send);
            return false;
        }

        var attempt = new PendingImport(busId, socket, client);
        ImportAnswer answer = await AskAsync(attempt, deadline.Token);
        if (answer.Device is not { } device)
        {
            await SendAsync(ImportReply.EncodeRefusal(answer.Status), deadline.Token);
            return false;
        }
        try
        {
            await SendAsync(ImportReply.Encode(device), deadline.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The kernel serves somebody who has not got our answer; ending the connection ends that too.
            EndConnection();
        }
        return true;
    }

    private async Task<ImportAnswer> AskAsync(PendingImport attempt, CancellationToken cancellationToken)
    {
        try
        {
            await reconciler.PostAsync(new ExportMessage.ImportAsked(attempt), cancellationToken);
            return await attempt.Answer.WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            if (attempt.TryAbandon()) throw new OperationCanceledException(e.Message, e);
            // The reconciler was faster, and its answer is there or on its way.
            return await attempt.Answer;
        }
    }

    private void EndConnection()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already ended.
        }
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
