using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.State;
using Longwire.Testing.Usbipd;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Longwire.Web.Http;
using Longwire.Web.Pages;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Web;

/// <summary>The web page over real connections on loopback, with Pis that do as told.</summary>
internal sealed class WebBench : IAsyncDisposable, IBridgeProblems
{
    private readonly List<FakeUsbipd> _pis = [];
    private WebServer? _server;
    private string? _problem;

    public StateFeed Feed { get; } = new();
    public FakeTimeProvider Time { get; } = new();
    public RecordingLogger<WebServer> Log { get; } = new();
    public HttpClient Client { get; } = new();
    public AttachOptions Options { get; set; } = AttachOptions.Default;
    public string? Problem => Volatile.Read(ref _problem);

    void IBridgeProblems.Report(string source, string? problem) => Volatile.Write(ref _problem, problem);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.StopAsync(TestContext.Current.CancellationToken);
        _server?.Dispose();
        Client.Dispose();
        foreach (FakeUsbipd pi in _pis) await pi.DisposeAsync();
        Log.AssertNothingUnexpected();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static ExportedDevice Device(string busId, string id) => new()
    {
        Path = "/sys/devices/platform/usb1/" + busId,
        BusId = BusId.Parse(busId),
        BusNumber = 1,
        DeviceNumber = 2,
        Speed = UsbSpeed.Full,
        Id = UsbId.Parse(id),
        BcdDevice = 0x0100,
        DeviceClass = 0,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 1,
        ConfigurationCount = 1,
        InterfaceCount = 0,
        Interfaces = [],
    };

    public static HttpClient From(IPAddress address)
    {
#pragma warning disable CA2000 // The client disposes of it.
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(address, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
#pragma warning restore CA2000
        return new HttpClient(handler, disposeHandler: true);
    }

    public Task StopAsync() => _server!.StopAsync(Cancellation);

    public bool Tick(Task task)
    {
        Time.Advance(WebServer.Retry);
        return task.IsCompleted;
    }

    public void AddPi(string name, params ExportedDevice[] devices) => Name(name, async client =>
    {
        await client.ReceiveListRequestAsync();
        await client.SendAsync(DeviceListReply.Encode(devices));
    });

    public void Name(string name, Func<FakeClient, Task> script)
    {
        var pi = FakeUsbipd.Start(script);
        _pis.Add(pi);
        Options = Options with
        {
            Pis = Options.Pis.Add(new PiOptions { Id = name, Name = name, Address = "192.0.2.7", EndPoint = pi.EndPoint }),
        };
    }

    public async Task<Uri> StartAsync(IPNetwork? allowed = null)
    {
        int port = FreePort();
        await Server(port, allowed ?? IPNetwork.Parse("127.0.0.0/8")).StartAsync(Cancellation);
        await _server!.Listening.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
    }

    public WebServer Server(int port, IPNetwork allowed)
    {
        var address = new WebAddress(port, IPAddress.Loopback, ["127.0.0.1"], [allowed]);
        return _server = new WebServer(
            address,
            Feed,
            new PiLists(() => Options, (pi, options) => new PiSticks(pi, options, KnownRadios.Default, [], "this boot"), Time),
            this,
            "9.8.7",
            Time,
            Log);
    }

    public async Task<string> GetAsync(Uri page) => await Client.GetStringAsync(page, Cancellation);

    // Taken and let go: the page has its port from its options, and never any.
    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
