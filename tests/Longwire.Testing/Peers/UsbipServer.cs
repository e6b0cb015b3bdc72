using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>
/// A USB/IP server of the tests' own that really serves its sticks, on the test machine's loopback, where the lab's guests reach it too. By
/// itself it is as the kernel's usbipd: it lists what nobody has, gives it to one client, and closes after a list. In what it differs from
/// that are its <see cref="Manner"/>s.
/// </summary>
internal sealed class UsbipServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Task> _connections = [];
    private readonly Manner[] _manners;
    private readonly Task _accepting;
    private int _taken;
    private int _lists;
    private int _importRequests;

    private UsbipServer(IReadOnlyList<ServedStick> sticks, Manner[] manners)
    {
        Sticks = sticks;
        _manners = manners;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public IReadOnlyList<ServedStick> Sticks { get; }

    public int Port { get; }

    public DnsEndPoint EndPoint => new("127.0.0.1", Port);

    /// <summary>What a lab's guest calls it.</summary>
    public string AddressForGuests => string.Create(CultureInfo.InvariantCulture, $"10.0.2.2:{Port}");

    /// <summary>Connections that were taken; who only waits to be taken is not among them.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>How often it was asked for its list.</summary>
    public int Lists => Volatile.Read(ref _lists);

    /// <summary>How often it was asked for a stick, whatever came of it.</summary>
    public int ImportRequests => Volatile.Read(ref _importRequests);

    public static UsbipServer Start(ServedStick stick, params Manner[] manners) => new([stick], manners);

    public static UsbipServer Start(IReadOnlyList<ServedStick> sticks, params Manner[] manners) => new(sticks, manners);

    /// <summary>Ends all connections, and reports what went wrong in one.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token);
                Interlocked.Increment(ref _taken);
                _connections.RemoveAll(connection => connection.IsCompletedSuccessfully);
                Task serving = ServeAsync(socket);
                _connections.Add(serving);
                if (Array.Exists(_manners, manner => manner.ServesOneAtATime)) await serving;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            socket.NoDelay = true;
            try
            {
                await ServeAsync(new FakeClient(socket, stop.Token), stop);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The client has left, or the session was ended.
            }
        }
    }

    private async Task ServeAsync(FakeClient client, CancellationTokenSource stop)
    {
        byte[] head = await client.ReceiveAsync(OpCommon.Size);
        if (head.Length < OpCommon.Size) return;
        if (OpCommon.Parse(head).Code == OpCode.RequestDeviceList)
        {
            int number = Interlocked.Increment(ref _lists);
            if (await IsGivenAsync(client, manner => manner.ToList(number))) await client.SendAsync(List());
            return;
        }
        byte[] wanted = await client.ReceiveAsync(ImportRequest.BodySize);
        if (wanted.Length < ImportRequest.BodySize) return;
        Interlocked.Increment(ref _importRequests);
        if (!await IsGivenAsync(client, manner => manner.ToImport)) return;
        string busId = Encoding.Latin1.GetString(wanted).Split('\0')[0];
        if (Sticks.FirstOrDefault(stick => stick.BusId == busId) is { } stick) await GiveAsync(stick, client, stop);
        else await client.SendAsync(ImportReply.EncodeRefusal(UsbIpStatus.NoSuchDevice));
    }

    private async Task<bool> IsGivenAsync(FakeClient client, Func<Manner, Reply> replyOf)
    {
        Reply reply = _manners.Select(replyOf).FirstOrDefault(reply => reply != Reply.Given);
        if (reply == Reply.Withheld) await client.StaySilentAsync();
        return reply == Reply.Given;
    }

    private async Task GiveAsync(ServedStick stick, FakeClient client, CancellationTokenSource stop)
    {
        var session = new UrbSession(client, stick.Stick, _manners, stop);
        byte[] record = stick.Record();
        foreach (Manner manner in _manners) manner.ChangeImported(record);
        if (!stick.TryGive(session, takeOver: Array.Exists(_manners, manner => manner.GivesWhatIsHeld)))
        {
            await client.SendAsync(ImportReply.EncodeRefusal(UsbIpStatus.DeviceBusy));
            return;
        }
        try
        {
            var head = new byte[OpCommon.Size];
            new OpCommon(OpCode.ReplyImport).Write(head);
            await client.SendAsync((byte[])[.. head, .. record]);
            await session.RunAsync();
        }
        finally
        {
            stick.Return(session);
            foreach (Manner manner in _manners) manner.Ended(stick);
        }
    }

    private byte[] List()
    {
        bool all = Array.Exists(_manners, manner => manner.ListsWhatIsHeld);
        byte[][] records = [.. Sticks.Where(stick => all || !stick.IsHeld).Select(stick => stick.Record())];
        foreach (byte[] record in records)
        {
            foreach (Manner manner in _manners) manner.ChangeListed(record);
        }
        var head = new byte[DeviceListReply.HeadSize];
        new OpCommon(OpCode.ReplyDeviceList).Write(head);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(OpCommon.Size), (uint)records.Length);
        byte[] list = [.. head, .. records.SelectMany(record => record)];
        foreach (Manner manner in _manners) list = manner.ChangeList(list);
        return list;
    }
}
