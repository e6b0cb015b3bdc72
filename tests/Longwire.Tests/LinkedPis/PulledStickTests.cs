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

/// <summary>A stick that is pulled from a paired Pi, with the network there and away: what the radio's carrier makes of it.</summary>
public sealed class PulledStickTests : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly LinkedPi _pi = new();
    private readonly TimerThread _timers = new("test timers");
    private readonly LinkKey _key = LinkKey.Create();
    private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
    private CutCable _cable = null!;
    private LinkPiWatch _watch = null!;
    private Task _watching = Task.CompletedTask;
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
        await _pi.PlugAsync();
        await UntilListedAsync(isThere: true);
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
    public async Task Pulled_in_an_outage_it_stays_for_a_moment_after_the_return_and_ends_as_unplugged()
    {
        await using ICarrier carrier = await OpenAsync(TimeSpan.FromSeconds(1));
        using Socket kernel = KernelEnd.Take(carrier, static () => { });
        carrier.MayHold();
        await PullInOutageAsync(carrier);
        _cable.Mend();
        await UntilAsync(() => carrier.ReadHold() is { IsOver: true });
        CarrierHold over = carrier.ReadHold()!;
        Assert.Contains("was unplugged, or away", over.Reason, StringComparison.Ordinal);
        Assert.Null(carrier.ReadEnd());
        await UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.InRange(TimeProvider.System.GetElapsedTime(over.Since), TimeSpan.FromSeconds(0.9), s_deadline);
        // That it was silent once is not why: it has answered, and would be taken for away.
        Assert.Equal(new CarrierEnd(CarrierEndCause.Closed, "the stick was unplugged"), carrier.ReadEnd());
    }

    [Fact]
    public async Task The_list_of_the_Pi_comes_before_the_verdict_on_the_session()
    {
        await using ICarrier carrier = await OpenAsync(TimeSpan.FromMinutes(1));
        using Socket kernel = KernelEnd.Take(carrier, () =>
        {
            if (carrier.ReadHold() is { IsOver: true })
                _events.Writer.TryWrite(new AttachEvent.ProblemsChanged("the verdict", null));
        });
        carrier.MayHold();
        await PullInOutageAsync(carrier);
        while (_events.Reader.TryRead(out _))
        {
        }
        _cable.Mend();
        AttachEvent.PiAnswered list = Assert.IsType<AttachEvent.PiAnswered>(await NextAsync());
        Assert.Empty(list.List.Devices);
        AttachEvent next = await NextAsync();
        while (next is AttachEvent.PiAnswered) next = await NextAsync();
        Assert.IsType<AttachEvent.ProblemsChanged>(next);
    }

    [Fact]
    public async Task Whoever_shuts_it_down_meanwhile_does_not_wait()
    {
        await using ICarrier carrier = await OpenAsync(TimeSpan.FromHours(1));
        using Socket kernel = KernelEnd.Take(carrier, static () => { });
        carrier.MayHold();
        await PullInOutageAsync(carrier);
        _cable.Mend();
        await UntilAsync(() => carrier.ReadHold() is { IsOver: true });
        carrier.Shutdown();
        await UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.Contains("was unplugged, or away", carrier.ReadEnd()!.Reason, StringComparison.Ordinal);
        // And its kernel is told.
        await UntilEndedAsync(kernel);
    }

    [Fact]
    public async Task Without_replug_seconds_it_ends_at_the_return()
    {
        await using ICarrier carrier = await OpenAsync(TimeSpan.Zero);
        bool wasOver = false;
        using Socket kernel = KernelEnd.Take(carrier, () => wasOver |= carrier.ReadHold() is { IsOver: true });
        carrier.MayHold();
        await PullInOutageAsync(carrier);
        _cable.Mend();
        await UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.False(wasOver);
        Assert.Equal(CarrierEndCause.Closed, carrier.ReadEnd()!.Cause);
        Assert.Contains("was unplugged, or away", carrier.ReadEnd()!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pulled_while_the_link_stands_it_is_lost_at_once()
    {
        await using ICarrier carrier = await OpenAsync(TimeSpan.FromHours(1));
        bool wasHeld = false;
        using Socket kernel = KernelEnd.Take(carrier, () => wasHeld |= carrier.ReadHold() is not null);
        carrier.MayHold();
        await _pi.PullAsync();
        await UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.False(wasHeld);
        Assert.Contains("the stick was unplugged", carrier.ReadEnd()!.Reason, StringComparison.Ordinal);
        await UntilListedAsync(isThere: false);
    }

    private async Task PullInOutageAsync(ICarrier carrier)
    {
        _cable.Cut();
        await UntilAsync(() => carrier.ReadHold() is not null);
        await _pi.PullAsync();
        await UntilAsync(() => !_pi.IsServing);
        Assert.False(carrier.ReadHold()!.IsOver);
    }

    private async Task<ICarrier> OpenAsync(TimeSpan replug)
    {
        var opener = new LinkCarrierOpener(_ => _watch, TimeProvider.System, _timers);
        var request = new AttachRequest(_options, BusId.Parse(LinkedPi.Stick), default, IsKnown: true)
        {
            Hold = TimeSpan.FromMinutes(1), Replug = replug,
        };
        ICarrier carrier = await opener.OpenAsync(request, static _ => { }, Cancelled).WaitAsync(s_deadline, Cancelled);
        await carrier.ReadIdentityAsync(Cancelled).WaitAsync(s_deadline, Cancelled);
        return carrier;
    }

    private static async Task UntilEndedAsync(Socket kernel)
    {
        byte[] bytes = new byte[4096];
        while (await kernel.ReceiveAsync(bytes, Cancelled).AsTask().WaitAsync(s_deadline, Cancelled) > 0)
        {
        }
    }

    private async Task<AttachEvent> NextAsync() => await _events.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(s_deadline, Cancelled);

    private async Task UntilListedAsync(bool isThere)
    {
        while (await NextAsync() is var e)
        {
            if (e is AttachEvent.PiAnswered answer
                && answer.List.Devices.Any(device => device.BusId.ToString() == LinkedPi.Stick) == isThere)
                return;
        }
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
