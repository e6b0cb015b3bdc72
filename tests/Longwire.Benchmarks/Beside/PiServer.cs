using System.Net;
using System.Net.Sockets;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Beside;

/// <summary>What a Pi does with a request to import.</summary>
internal enum OnImport
{
    /// <summary>Somebody else has the stick: status 2.</summary>
    Busy,

    /// <summary>The connection ends in good order, without an answer.</summary>
    Fin,

    /// <summary>The connection is reset.</summary>
    Rst,
}

/// <summary>
/// A USB/IP server that lists what it is told to, gives nothing, and can be away. It serves one client at a time, as usbipd does.
/// </summary>
internal sealed class PiServer(IPAddress address, ReadOnlyMemory<byte> list, OnImport onImport) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private IPEndPoint _endPoint = new(address, 0);
    private Socket? _listener;
    private Task _serving = Task.CompletedTask;
    private long _firstAsked;

    /// <summary>The same at each return.</summary>
    public IPEndPoint EndPoint => _endPoint;

    /// <summary>When the first client came since it listens (<see cref="TimeProvider.GetTimestamp"/>); 0: none did.</summary>
    public long FirstAsked => Volatile.Read(ref _firstAsked);

    public void Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // The port is still in use by connections of its last time that are winding down.
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(_endPoint);
        listener.Listen();
        _endPoint = (IPEndPoint)listener.LocalEndPoint!;
        Volatile.Write(ref _firstAsked, 0);
        _listener = listener;
        _serving = ServeAsync(listener);
    }

    /// <summary>From now on connections are refused.</summary>
    public async Task GoAwayAsync()
    {
        _listener?.Dispose();
        await _serving;
    }

    public async ValueTask DisposeAsync() => await GoAwayAsync();

    private async Task ServeAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                using Socket client = await listener.AcceptAsync();
                Interlocked.CompareExchange(ref _firstAsked, TimeProvider.System.GetTimestamp(), 0);
                using var patience = new CancellationTokenSource(s_patience);
                await AnswerAsync(client, patience.Token);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // We go away, or the client did.
                if (listener.SafeHandle.IsClosed) return;
            }
        }
    }

    private async Task AnswerAsync(Socket client, CancellationToken cancellationToken)
    {
        var request = new byte[ImportRequest.Size];
        if (!await ReadAsync(client, request.AsMemory(0, OpCommon.Size), cancellationToken)) return;
        if (OpCommon.Parse(request).Code == OpCode.RequestDeviceList)
        {
            await client.SendAsync(list, cancellationToken);
            client.Shutdown(SocketShutdown.Send);
            return;
        }
        if (!await ReadAsync(client, request.AsMemory(OpCommon.Size, ImportRequest.BodySize), cancellationToken)) return;
        if (onImport == OnImport.Busy) await client.SendAsync(ImportReply.EncodeRefusal(UsbIpStatus.DeviceBusy), cancellationToken);
        // Closed with no time to linger, a socket resets its connection.
        if (onImport == OnImport.Rst) client.LingerState = new LingerOption(true, 0);
    }

    private static async Task<bool> ReadAsync(Socket client, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            int read = await client.ReceiveAsync(buffer, cancellationToken);
            if (read == 0) return false;
            buffer = buffer[read..];
        }
        return true;
    }
}
