using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwire.Composition;
using Longwire.Doctor;
using Longwire.History;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Longwire.Web.Http;
using Longwire.Web.Api;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Web;

/// <summary>The web page over real connections on loopback, with Pis that list as told.</summary>
internal sealed class WebBench : IAsyncDisposable, IBridgeProblems, ICommandSink, IOptionsInForce
{
    private readonly Dictionary<string, (PiOffers? Offers, string? Silent)> _lists = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<RadioCommand> _commands = new();
    private readonly ConcurrentQueue<PiCommand> _ofPis = new();
    private OptionsEditor? _editor;
    private DoctorRounds? _rounds;
    private WebSite? _site;
    private WebServer? _server;
    private string? _problem;

    public StateFeed Feed { get; } = new();
    public FakeTimeProvider Time { get; } = new();

    /// <summary>The real one, for a browser.</summary>
    public TimeProvider? Clock { get; init; }
    public string? Token { get; set; }
    public HistoryBook History { get; } = new();
    public WebAddress? Address { get; set; }
    public IReadOnlyCollection<RadioCommand> Commands => _commands;

    /// <summary>Where what is asked for goes; null: here, into <see cref="Commands"/> and <see cref="OfPis"/>.</summary>
    public ICommandSink? Sink { get; set; }
    public RecordingLogger<WebSite> SiteLog { get; } = new();
    public RecordingLogger<WebServer> Log { get; } = new();
    public RecordingLogger<DoctorRounds> DoctorLog { get; } = new();
    public HttpClient Client { get; } = new();
    public AttachOptions Options { get; set; } = AttachOptions.Default;
    public ImmutableArray<OptionProblem> OptionProblems { get; set; } = [];
    public string? Problem => Volatile.Read(ref _problem);

    void IBridgeProblems.Report(string source, string? problem) => Volatile.Write(ref _problem, problem);

    /// <summary>What comes of a wish to forget a radio, or to replace its stick; null: it is done.</summary>
    public string? WhyNot { get; set; }

    /// <summary>Where the options are kept; null: in a person's own file.</summary>
    public IOptionsStore? Store { get; set; }
    public string OptionsPath { get; set; } = "/etc/longwire/attach.yaml";
    public string Revision { get; set; } = "r1";

    /// <summary>Has the options that are in force be those that are kept.</summary>
    public Action Look { get; set; } = () => { };
    public Func<CancellationToken, Task<IReadOnlyList<Finding>>> Check { get; set; } = _ => Task.FromResult<IReadOnlyList<Finding>>([]);
    public IReadOnlyList<string> Secrets { get; set; } = [];

    AttachOptions IOptionsInForce.Current => Options;

    void IOptionsInForce.LookNow() => Look();

    async Task IOptionsInForce.UntilAsync(Func<AttachOptions, bool> holds, CancellationToken cancellationToken)
    {
        while (!holds(Options)) await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
    }

    ValueTask ICommandSink.SendAsync(RadioCommand command, CancellationToken cancellationToken)
    {
        _commands.Enqueue(command);
        if (command is RadioCommand.Awaited awaited) awaited.Answer.SetResult(WhyNot);
        return ValueTask.CompletedTask;
    }

    /// <summary>What of Pis has reached the reconciler.</summary>
    public IReadOnlyCollection<PiCommand> OfPis => _ofPis;

    ValueTask ICommandSink.SendAsync(PiCommand command, CancellationToken cancellationToken)
    {
        _ofPis.Enqueue(command);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.StopAsync(TestContext.Current.CancellationToken);
        _server?.Dispose();
        _site?.Dispose();
        _editor?.Dispose();
        if (_rounds is not null) await _rounds.StopAsync(TestContext.Current.CancellationToken);
        _rounds?.Dispose();
        Client.Dispose();
        DoctorLog.AssertNothingUnexpected();
        SiteLog.AssertNothingUnexpected();
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
        Time.Advance(WebLimits.Retry);
        return task.IsCompleted;
    }

    public void AddPi(string name, params ExportedDevice[] devices) =>
        Add(name, PiOffers.Of(new DeviceList([.. devices], Notice: null)), silent: null);

    public void AddSilentPi(string name, string? reason) => Add(name, offers: null, reason);

    /// <summary>Of a Pi that the options name.</summary>
    public void List(string name, params ExportedDevice[] devices)
    {
        _lists[name] = (PiOffers.Of(new DeviceList([.. devices], Notice: null)), null);
        Publish();
    }

    private void Add(string name, PiOffers? offers, string? silent)
    {
        _lists[name] = (offers, silent);
        var pi = new PiOptions { Id = name, Name = name, Address = "192.0.2.7", EndPoint = new DnsEndPoint("192.0.2.7", 3240) };
        Options = Options with { Pis = Options.Pis.Add(pi) };
        Publish();
    }

    /// <summary>As the reconciler would: with the lists of the Pis that were added.</summary>
    public void Publish(params RadioSnapshot[] radios) => Publish(problems: [], radios);

    public void Publish(ImmutableArray<string> problems, params RadioSnapshot[] radios) => Feed.Publish(
        new Snapshot(
            new BridgeSnapshot("a1", problems),
            [.. _lists.Select(pi => Some.Pi with { Id = pi.Key, Name = pi.Key, Offers = pi.Value.Offers, SilentReason = pi.Value.Silent })],
            [.. radios]),
        []);

    public async Task<Uri> StartAsync(IPNetwork? allowed = null, WebLimits? limits = null)
    {
        int port = FreePort();
        await Server(port, allowed ?? IPNetwork.Parse("127.0.0.0/8"), limits).StartAsync(Cancellation);
        await _server!.Listening.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
    }

    public WebServer Server(int port, IPNetwork allowed, WebLimits? limits = null)
    {
        WebAddress address = Address is { } asked
            ? asked with { Port = port, Allowed = [.. asked.Allowed, allowed] }
            : new WebAddress(port, IPAddress.Loopback, ["127.0.0.1"], [allowed]);
        _server?.Dispose();
        _site?.Dispose();
        _editor?.Dispose();
        _editor = new OptionsEditor(this, Store, OptionsPath, Clock ?? Time);
        if (_rounds is null)
        {
            _rounds = new DoctorRounds(cancellationToken => Check(cancellationToken), Clock ?? Time, DoctorLog);
            // It runs up to its first wait at once.
            _ = _rounds.StartAsync(Cancellation);
        }
        _site = WebComposition.Site(
            new PageSources
            {
                Address = address,
                Feed = Feed,
                Lists = new PiLists(() => Options, (pi, options) => new PiSticks(pi, options, KnownRadios.Default, [], "this boot")),
                Commands = Sink ?? this,
                History = History,
                Editor = _editor,
                Rounds = _rounds,
                Options = () => new LoadedOptions<AttachOptions>(Options with { WebToken = Token ?? Options.WebToken }, OptionProblems),
                Secrets = _ => Task.FromResult<IEnumerable<string>>(Secrets),
                Time = Clock ?? Time,
                Version = "9.8.7",
            },
            SiteLog);
        return _server = new WebServer(address, limits ?? WebLimits.Default, _site, this, Clock ?? Time, Log);
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
