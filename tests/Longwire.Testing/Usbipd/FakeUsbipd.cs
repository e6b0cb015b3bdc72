using System.Net;
using System.Net.Sockets;

namespace Longwire.Testing.Usbipd;

/// <summary>A server on loopback that does what a test's script says, one connection after the other.</summary>
internal sealed class FakeUsbipd : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly Task _run;

    private FakeUsbipd(Func<FakeClient, Task> script)
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _run = RunAsync(script);
    }

    public int Port { get; }

    public DnsEndPoint EndPoint => new("127.0.0.1", Port);

    public static FakeUsbipd Start(Func<FakeClient, Task> script) => new(script);

    /// <summary>Ends what is still running, and reports what went wrong in a script.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(Func<FakeClient, Task> script)
    {
        try
        {
            while (true)
            {
                using Socket socket = await _listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                await ServeAsync(script, socket);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Func<FakeClient, Task> script, Socket socket)
    {
        try
        {
            await script(new FakeClient(socket, _stop.Token));
        }
        catch (SocketException)
        {
            // The client has left in the middle of the script, as clients do that have met their deadline.
        }
    }
}
