using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Pis;
using Longwire.Link.Liveness;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.Testing.Network;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A host that is paired with a played Pi which has a stick, with a cable between them that can be cut.</summary>
internal sealed class PairedHost : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TimerThread _timers = new("test timers");
    private readonly LinkKey _key = LinkKey.Create();
    private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
    private LinkPiWatch _watch = null!;
    private Task _watching = Task.CompletedTask;
    private PiOptions _options = null!;
    private bool _isListed;

    private PairedHost(Vitals howItIs) => Pi.HowItIs = howItIs;

    public LinkedPi Pi { get; } = new();
    public CutCable Cable { get; private set; } = null!;
    public ChannelWriter<AttachEvent> Events => _events.Writer;
    public LinkPiWatch Watch => _watch;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <param name="howItIs">What the Pi says of its machine; null: nothing.</param>
    public static async Task<PairedHost> StartAsync(Vitals? howItIs = null)
    {
        var host = new PairedHost(howItIs ?? new Vitals());
        int port = await host.Pi.PortAsync();
        host.Cable = new CutCable(() => port);
        PairingCode code = await host.Pi.PairAsync(host.Cable.Port);
        host._options = new PiOptions
        {
            Id = "attic",
            Name = "attic",
            Address = "127.0.0.1",
            EndPoint = new DnsEndPoint("127.0.0.1", host.Cable.Port),
            Pairing = code,
        };
        var own = new LinkIdentity(host._key, InstanceNonce.Create(), 1, "house", "1.2.3");
        host._watch = new LinkPiWatch(
            host._options, own, host.Events, ForgetfulBook.New(), Dns.GetHostAddressesAsync, TimeProvider.System, host._timers);
        host._watching = host._watch.RunAsync();
        await host.Pi.PlugAsync();
        await host.UntilListedAsync(isThere: true);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Stop();
        await _watching.WaitAsync(Deadline);
        _watch.Dispose();
        await Pi.DisposeAsync();
        await Cable.DisposeAsync();
        _timers.Dispose();
        _key.Dispose();
    }

    /// <summary>A carrier of the Pi's stick, which has said who it is.</summary>
    public async Task<ICarrier> OpenAsync(TimeSpan replug)
    {
        var opener = new LinkCarrierOpener(_ => _watch, TimeProvider.System, _timers);
        var request = new AttachRequest(_options, BusId.Parse(LinkedPi.Stick), default, IsKnown: true)
        {
            Hold = TimeSpan.FromMinutes(1), Replug = replug,
        };
        ICarrier carrier = await opener.OpenAsync(request, static _ => { }, Cancelled).WaitAsync(Deadline, Cancelled);
        await carrier.ReadIdentityAsync(Cancelled).WaitAsync(Deadline, Cancelled);
        return carrier;
    }

    public async Task PullInOutageAsync(ICarrier carrier)
    {
        Cable.Cut();
        await UntilAsync(() => carrier.ReadHold() is not null);
        await Pi.PullAsync();
        await UntilAsync(() => !Pi.IsServing);
        Assert.False(carrier.ReadHold()!.IsOver);
    }

    public void ForgetEvents()
    {
        while (_events.Reader.TryRead(out _))
        {
        }
    }

    public async Task<AttachEvent> NextAsync()
    {
        AttachEvent next = await _events.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(Deadline, Cancelled);
        if (next is AttachEvent.PiAnswered answer)
            _isListed = answer.List.Devices.Any(device => device.BusId.ToString() == LinkedPi.Stick);
        return next;
    }

    /// <summary>The next of this kind; the others before it are nobody's.</summary>
    public async Task<T> NextAsync<T>()
        where T : AttachEvent
    {
        while (true)
        {
            if (await NextAsync() is T wanted) return wanted;
        }
    }

    /// <summary>The list that came last says so: it may have come before another event that was waited for.</summary>
    public async Task UntilListedAsync(bool isThere)
    {
        while (_isListed != isThere) await NextAsync();
    }

    /// <summary>The port of whoever has it is gone.</summary>
    public static async Task UntilEndedAsync(Socket kernel)
    {
        byte[] bytes = new byte[4096];
        while (await kernel.ReceiveAsync(bytes, Cancelled).AsTask().WaitAsync(Deadline, Cancelled) > 0)
        {
        }
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, "waited in vain");
            await Task.Delay(10, Cancelled);
        }
    }
}
