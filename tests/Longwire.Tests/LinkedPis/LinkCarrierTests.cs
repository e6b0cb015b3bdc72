using System.Net;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Pis;
using Longwire.Link.Liveness;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.State;
using Longwire.Testing.Network;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>
/// A radio carried from a played kernel on the Pi to the socket that a kernel here would have, through real TLS and a cable.
/// </summary>
public sealed class LinkCarrierTests : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly LinkedPi _pi = new();
    private readonly TimerThread _timers = new("test timers");
    private readonly LinkKey _key = LinkKey.Create();
    private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
    private CutCable _cable = null!;
    private LinkPiWatch _watch = null!;
    private Task _watching = Task.CompletedTask;
    private LinkCarrierOpener _opener = null!;
    private PiOptions _options = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        int port = await _pi.PortAsync();
        _cable = new CutCable(() => port);
        PairingCode code = await _pi.PairAsync(_cable.Port);
        _options = new PiOptions
        {
            Id = "attic", Name = "attic", Address = "127.0.0.1", EndPoint = new DnsEndPoint("127.0.0.1", _cable.Port), Pairing = code,
        };
        var own = new LinkIdentity(_key, InstanceNonce.Create(), 1, "house", "1.2.3");
        _watch = new LinkPiWatch(
            _options, own, _events.Writer, ForgetfulBook.New(), Dns.GetHostAddressesAsync, TimeProvider.System, _timers);
        _watching = _watch.RunAsync();
        _opener = new LinkCarrierOpener(_ => _watch, TimeProvider.System, _timers);
        await _pi.PlugAsync();
        await UntilOfferedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Stop();
        await _watching.WaitAsync(s_deadline);
        _watch.Dispose();
        await _pi.DisposeAsync();
        await _cable.DisposeAsync();
        _timers.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task A_radio_is_carried_both_ways()
    {
        await using ICarrier carrier = await OpenAsync();
        using var kernel = new KernelEnd(carrier);
        Assert.Equal("hello"u8.ToArray(), await kernel.EchoAsync("hello"u8.ToArray()));
        Assert.Equal(1, _pi.Imports);
        UrbFigures figures = carrier.ReadFigures().Urbs!.Value;
        Assert.Equal((5, 5), (figures.Counters.InBytes, figures.Counters.OutBytes));
        Assert.Equal(1, figures.Answers.Count);
        Assert.InRange(figures.Answers.Slowest, TimeSpan.FromTicks(1), s_deadline);
    }

    [Fact]
    public async Task A_cut_cable_is_waited_for_and_the_same_session_goes_on()
    {
        await using ICarrier carrier = await OpenAsync();
        using var kernel = new KernelEnd(carrier);
        carrier.MayHold();
        await kernel.EchoAsync("before"u8.ToArray());
        _cable.Cut();
        await UntilAsync(() => carrier.ReadHold() is not null);
        // A port without an IN for half a second counts as closed, and what was written to it is dropped.
        await kernel.SendAsync(kernel.In(out _));
        // What is written meanwhile is taken at once, and delivered once.
        await kernel.SendAsync(kernel.Out("during"u8.ToArray(), out uint during));
        Assert.Equal(during, (await kernel.AnswerAsync()).Seqnum);
        _cable.Mend();
        await UntilAsync(() => carrier.ReadHold() is null);
        Assert.Equal("duringafter"u8.ToArray(), await kernel.EchoAsync("after"u8.ToArray(), expect: "duringafter".Length));
        Assert.Equal(1, _pi.Imports);
        Assert.Null(carrier.ReadEnd());
    }

    [Fact]
    public async Task A_carrier_that_is_ended_gives_the_stick_back_at_once()
    {
        ICarrier carrier = await OpenAsync();
        using var kernel = new KernelEnd(carrier);
        await kernel.EchoAsync("hello"u8.ToArray());
        await carrier.DisposeAsync();
        await UntilAsync(() => !_pi.IsServing);
        await UntilOfferedAsync();
    }

    [Fact]
    public async Task The_next_run_of_a_host_has_what_an_earlier_one_left_and_that_never_takes_it_back()
    {
        await using ICarrier earlier = await OpenAsync();
        using var its = new KernelEnd(earlier);
        var events = Channel.CreateUnbounded<AttachEvent>();
        var again = new LinkIdentity(_key, InstanceNonce.Create(), 2, "house", "1.2.3");
        using var watch = new LinkPiWatch(
            _options, again, events.Writer, ForgetfulBook.New(), Dns.GetHostAddressesAsync, TimeProvider.System, _timers);
        Task watching = watch.RunAsync();
        await UntilOfferedAsync(events);
        await using (ICarrier later = await OpenAsync(new LinkCarrierOpener(_ => watch, TimeProvider.System, _timers)))
        {
            using var kernel = new KernelEnd(later);
            await kernel.EchoAsync("hello"u8.ToArray());
            await UntilAsync(() => earlier.ReadEnd() is not null);
            Assert.Contains("this one's key", earlier.ReadEnd()!.Reason, StringComparison.Ordinal);
            CarrierException no = await Assert.ThrowsAsync<CarrierException>(() => OpenAsync());
            Assert.Equal(new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy), no.Outcome);
            Assert.Null(later.ReadEnd());
        }
        watch.Stop();
        await watching.WaitAsync(s_deadline, Cancelled);
    }

    [Fact]
    public async Task What_is_kept_for_a_host_that_has_given_it_up_is_there_for_it_once_it_is_back()
    {
        ICarrier carrier = await OpenAsync();
        using (new KernelEnd(carrier))
        {
            carrier.MayHold();
            _cable.Cut();
            await UntilAsync(() => carrier.ReadHold() is not null);
            await carrier.DisposeAsync();
        }
        _cable.Mend();
        await UntilOfferedAsync();
        await using ICarrier again = await OpenAsync();
        using var next = new KernelEnd(again);
        await next.EchoAsync("hello"u8.ToArray());
    }

    private Task UntilOfferedAsync() => UntilOfferedAsync(_events);

    private static async Task UntilOfferedAsync(Channel<AttachEvent> events)
    {
        while (true)
        {
            AttachEvent e = await events.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(s_deadline, Cancelled);
            Assert.IsNotType<AttachEvent.PiSilent>(e);
            if (e is AttachEvent.PiAnswered answer && answer.List.Devices.Any(device => device.BusId.ToString() == LinkedPi.Stick)) return;
        }
    }

    private Task<ICarrier> OpenAsync() => OpenAsync(_opener);

    private async Task<ICarrier> OpenAsync(LinkCarrierOpener opener)
    {
        var request = new AttachRequest(_options, BusId.Parse(LinkedPi.Stick), default, IsKnown: true) { Hold = TimeSpan.FromMinutes(1) };
        ICarrier carrier = await opener.OpenAsync(request, static _ => { }, Cancelled).WaitAsync(s_deadline, Cancelled);
        Assert.Equal("1-1", carrier.Device.BusId.ToString());
        DeviceIdentity identity = await carrier.ReadIdentityAsync(Cancelled).WaitAsync(s_deadline, Cancelled);
        Assert.Equal("ZW0001", identity.Serial);
        return carrier;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, "waited in vain");
            await Task.Delay(10, Cancelled);
        }
    }
}
