using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Link.Liveness;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A Pi of which only the key is right: what it says to a hello is the test's. And the host that is paired to it.</summary>
internal sealed class PlayedPi : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly LinkKey _own = LinkKey.Create(), _hosts = LinkKey.Create();
    private readonly TimerThread _ownTimers = new("played pi");
    private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
    private readonly Func<LinkConnection, Hello, CancellationToken, Task> _answer;
    private readonly Task _accepting, _watching;
    private int _accepted, _hellos, _open;

    /// <param name="answer">Until it returns the connection stays.</param>
    /// <param name="pin">That the host expects; null: the right one.</param>
    /// <param name="book">Where the host notes where it is; null: nowhere.</param>
    /// <param name="name">Of the Pi, which nobody can look up; null: the host has its address.</param>
    /// <param name="bookFor">The same as the book, made for its key and its port.</param>
    /// <param name="timers">Of the host's side of the link; null: the system's.</param>
    /// <param name="time">Of the host's attempts; null: the system's.</param>
    public PlayedPi(
        Func<LinkConnection, Hello, CancellationToken, Task> answer, KeyPin? pin = null, AddressBook? book = null, string? name = null,
        Func<KeyPin, int, AddressBook>? bookFor = null, TimeProvider? timers = null, TimeProvider? time = null)
    {
        (_answer, Timers) = (answer, timers ?? _ownTimers);
        _listener.Bind(new IPEndPoint(IPAddress.Any, 0));
        _listener.Listen();
        int port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        string address = name ?? "127.0.0.1";
        Options = new PiOptions
        {
            Id = "attic", Name = "attic", Address = address, EndPoint = new DnsEndPoint(address, port),
            Pairing = new PairingCode([address], (ushort)port, pin ?? _own.Pin, PairingToken.Create()),
        };
        var identity = new LinkIdentity(_hosts, InstanceNonce.Create(), 1, "house", "1.2.3");
        AddressBook notes = book ?? bookFor?.Invoke(Pin, port) ?? ForgetfulBook.New();
        Link = new LinkPiWatch(Options, identity, _events.Writer, notes, NoName, time ?? TimeProvider.System, Timers);
        _accepting = AcceptAsync();
        _watching = Link.RunAsync();
    }

    public PiOptions Options { get; }

    public LinkPiWatch Link { get; }

    public TimeProvider Timers { get; }

    /// <summary>How often it was told who asks.</summary>
    public int Hellos => Volatile.Read(ref _hellos);

    /// <summary>What the handshake of its so many-th connection takes.</summary>
    public Func<int, Task> Computes { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Its key, and the one that the options pin, unless a test has put another there.</summary>
    public KeyPin Pin => _own.Pin;

    /// <summary>Connections to another address of this machine end at once; null: none do.</summary>
    public IPAddress? At { get; set; }

    /// <summary>Connections that have not ended.</summary>
    public int Open => Volatile.Read(ref _open);

    public static async Task SayAsync(LinkConnection connection, FrameType type, byte[] body, CancellationToken stop)
    {
        byte[] frame = new byte[Frame.HeaderSize + body.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame, body.Length + 1);
        frame[Frame.HeaderSize - 1] = (byte)type;
        body.CopyTo(frame, Frame.HeaderSize);
        await connection.SendAsync(frame, stop);
    }

    /// <summary>What the host says of it first.</summary>
    public async Task<AttachEvent> SaidAsync() =>
        await _events.Reader.ReadAsync(RawHost.Cancelled).AsTask().WaitAsync(RawHost.Deadline, RawHost.Cancelled);

    public async ValueTask DisposeAsync()
    {
        Link.Stop();
        await _watching.WaitAsync(RawHost.Deadline);
        Link.Dispose();
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _ownTimers.Dispose();
        _own.Dispose();
        _hosts.Dispose();
        _stop.Dispose();
    }

    private static Task<IPAddress[]> NoName(string name) =>
        Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _connections.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        int number = Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _open);
        try
        {
            await Computes(number).WaitAsync(_stop.Token);
            if (At is { } at && !at.Equals(((IPEndPoint)socket.LocalEndPoint!).Address))
            {
                socket.Close(0);
                return;
            }
            await using LinkConnection connection = await LinkTls.AcceptAsync(socket, _own, _stop.Token);
            Hello? hello = await Handshake.ReadHelloAsync(connection, _stop.Token);
            Interlocked.Increment(ref _hellos);
            Assert.NotNull(hello);
            await _answer(connection, hello, _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The host has left, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
