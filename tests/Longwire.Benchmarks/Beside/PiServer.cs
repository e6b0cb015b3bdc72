using System.Net;
using System.Net.Sockets;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Beside;

/// <summary>How a Pi does not give its stick.</summary>
internal enum Refusal
{
    /// <summary>Somebody else has it: status 2 for an import.</summary>
    Busy,

    /// <summary>An import's connection ends in good order, without an answer.</summary>
    Fin,

    /// <summary>An import's connection is reset.</summary>
    Rst,

    /// <summary>Every other list has no stick, and an import is answered with status 2.</summary>
    BusyAndFlipping,

    /// <summary>Every other request for the list is reset, and an import is answered with status 2.</summary>
    BusyAndUnreachable,

    /// <summary>There is no such stick: status 4 for an import.</summary>
    Absent,
}

/// <summary>
/// A USB/IP server that lists what it is told to, gives nothing, and can be away. It serves one client at a time, as usbipd does.
/// </summary>
internal sealed class PiServer(IPAddress address, ReadOnlyMemory<byte> list, Refusal refusal) : IAsyncDisposable
{
    private static readonly byte[] s_empty = DeviceListReply.Encode([]);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private IPEndPoint _endPoint = new(address, 0);
    private Socket? _listener;
    private Task _serving = Task.CompletedTask;
    private ReadOnlyMemory<byte> _list = list;
    private long _firstAsked;
    private long _firstImport;
    private bool _second;

    /// <summary>The same at each return.</summary>
    public IPEndPoint EndPoint => _endPoint;

    /// <summary>When the first client came since it listens (<see cref="TimeProvider.GetTimestamp"/>); 0: none did.</summary>
    public long FirstAsked => Volatile.Read(ref _firstAsked);

    /// <summary>When a stick was first asked for since the list is as it is; 0: none was.</summary>
    public long FirstImport => Volatile.Read(ref _firstImport);

    /// <summary>From now on the list is another.</summary>
    public void Offer(ReadOnlyMemory<byte> list)
    {
        lock (_gate) _list = list;
        Volatile.Write(ref _firstImport, 0);
    }

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
            _second = !_second;
            if (_second && refusal == Refusal.BusyAndUnreachable) Reset(client);
            else await client.SendAsync(_second && refusal == Refusal.BusyAndFlipping ? s_empty : Offered, cancellationToken);
            return;
        }
        if (!await ReadAsync(client, request.AsMemory(OpCommon.Size, ImportRequest.BodySize), cancellationToken)) return;
        Interlocked.CompareExchange(ref _firstImport, TimeProvider.System.GetTimestamp(), 0);
        UsbIpStatus status = refusal == Refusal.Absent ? UsbIpStatus.NoSuchDevice : UsbIpStatus.DeviceBusy;
        if (refusal == Refusal.Rst) Reset(client);
        else if (refusal != Refusal.Fin) await client.SendAsync(ImportReply.EncodeRefusal(status), cancellationToken);
    }

    private ReadOnlyMemory<byte> Offered
    {
        get { lock (_gate) return _list; }
    }

    // When it is closed with no time to linger.
    private static void Reset(Socket client) => client.LingerState = new LingerOption(true, 0);

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
