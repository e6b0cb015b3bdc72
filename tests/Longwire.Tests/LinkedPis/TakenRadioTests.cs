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
using Longwire.Testing.Network;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>Two hosts with keys of their own at one Pi, all of the link's side of both: one is cut off, and the other takes over.</summary>
public sealed class TakenRadioTests : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly LinkedPi _pi = new();
    private readonly TimerThread _timers = new("test timers");
    private CutCable _cable = null!;
    private House _first = null!, _second = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        int port = await _pi.PortAsync();
        _cable = new CutCable(() => port);
        _first = new House("first", await _pi.PairAsync(_cable.Port), _cable.Port, _timers);
        await _pi.PlugAsync();
        await _first.UntilListedAsync(isOffered: true);
        _second = new House("second", await _pi.PairAsync(port), port, _timers);
        await _second.UntilListedAsync(isOffered: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _pi.DisposeAsync();
        await _cable.DisposeAsync();
        _timers.Dispose();
    }

    [Fact]
    public async Task The_other_has_the_radio_and_what_the_first_held_is_told_to_nobody_and_its_port_ends_with_the_reason()
    {
        await using ICarrier held = await _first.OpenAsync();
        using var itsKernel = new KernelEnd(held);
        held.MayHold();
        await itsKernel.EchoAsync("before"u8.ToArray());
        _cable.Cut();
        await UntilAsync(() => held.ReadHold() is not null);
        await itsKernel.SendAsync(itsKernel.In(out _));
        await itsKernel.SendAsync(itsKernel.Out("held"u8.ToArray(), out uint told));
        Assert.Equal(told, (await itsKernel.AnswerAsync()).Seqnum);

        await using ICarrier taken = await _second.TakeOverAsync();
        using var kernel = new KernelEnd(taken);
        taken.MayHold();
        Assert.Equal("mine"u8.ToArray(), await kernel.EchoAsync("mine"u8.ToArray()));
        Assert.Null(held.ReadEnd());

        _cable.Mend();
        await UntilAsync(() => held.ReadEnd() is not null);
        Assert.Contains("had another host take this radio over", held.ReadEnd()!.Reason, StringComparison.Ordinal);
        Assert.Equal(CarrierEndCause.Closed, held.ReadEnd()!.Cause);
        Assert.Equal(0, await itsKernel.ReadToEndAsync());
        // What the first wrote while it was cut off would stand before this.
        Assert.Equal("still mine"u8.ToArray(), await kernel.EchoAsync("still mine"u8.ToArray()));
        Assert.Null(taken.ReadEnd());
        Assert.Equal(2, _pi.Imports);

        // It is told that it is in use, and that is what it gets when it asks.
        await _first.UntilListedAsync(isOffered: false);
        CarrierException no = await Assert.ThrowsAsync<CarrierException>(() => _first.OpenAsync());
        Assert.Equal(new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy), no.Outcome);
        await kernel.EchoAsync("as before"u8.ToArray());
    }

    [Fact]
    public async Task Who_wants_a_radio_of_a_host_that_is_there_is_told_that_it_is_in_use()
    {
        await using ICarrier carrier = await _first.OpenAsync();
        using var kernel = new KernelEnd(carrier);
        CarrierException no = await Assert.ThrowsAsync<CarrierException>(() => _second.OpenAsync(takeOver: true));
        Assert.Equal(new AttachOutcome.NotGiven(UsbIpStatus.DeviceBusy), no.Outcome);
        Assert.Equal("hello"u8.ToArray(), await kernel.EchoAsync("hello"u8.ToArray()));
        Assert.Equal(1, _pi.Imports);
    }

    [Fact]
    public async Task Who_took_over_resumes_a_lost_connection_of_its_own_without_taking_over_again()
    {
        await (await _second.OpenAsync()).DisposeAsync();
        await _first.UntilListedAsync(isOffered: true);
        // There is nothing to take over, which makes it an attempt as any other.
        await using ICarrier taken = await _first.OpenAsync(takeOver: true);
        using var kernel = new KernelEnd(taken);
        taken.MayHold();
        await kernel.EchoAsync("before"u8.ToArray());
        _cable.Cut();
        await UntilAsync(() => taken.ReadHold() is not null);
        _cable.Mend();
        await UntilAsync(() => taken.ReadHold() is null);
        Assert.Equal("after"u8.ToArray(), await kernel.EchoAsync("after"u8.ToArray()));
        Assert.Equal(2, _pi.Imports);
    }

    [Fact]
    public async Task A_run_that_another_one_with_its_key_has_followed_is_told_that_taking_over_is_no_help()
    {
        await using ICarrier later = await _first.OpenAsync();
        using var kernel = new KernelEnd(later);
        await using var earlier = new House(_first, startCounter: 0, _timers);
        CarrierException no = await Assert.ThrowsAsync<CarrierException>(() => earlier.OpenAsync(takeOver: true));
        Assert.Contains("with the key of this one", Assert.IsType<AttachOutcome.Failed>(no.Outcome).Reason, StringComparison.Ordinal);
        await kernel.EchoAsync("hello"u8.ToArray());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!condition()) await Task.Delay(10, deadline.Token);
    }

    /// <summary>A host with a key and a way to the Pi.</summary>
    private sealed class House : IAsyncDisposable
    {
        private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
        private readonly LinkKey _key;
        private readonly bool _hasKey;
        private readonly PiOptions _options;
        private readonly LinkPiWatch _watch;
        private readonly LinkCarrierOpener _opener;
        private readonly Task _watching;

#pragma warning disable CA2000 // It is this one's, and disposed with it.
        public House(string name, PairingCode code, int port, TimerThread timers)
            : this(name, LinkKey.Create(), new PiOptions
            {
                Id = "attic", Name = "attic", Address = "127.0.0.1", EndPoint = new DnsEndPoint("127.0.0.1", port), Pairing = code,
            }, startCounter: 1, timers) => _hasKey = true;
#pragma warning restore CA2000

        /// <summary>Another run with the key of one.</summary>
        public House(House other, ulong startCounter, TimerThread timers)
            : this("copy", other._key, other._options, startCounter, timers)
        {
        }

        private House(string name, LinkKey key, PiOptions options, ulong startCounter, TimerThread timers)
        {
            (_key, _options) = (key, options);
            var own = new LinkIdentity(key, InstanceNonce.Create(), startCounter, name, "1.2.3");
            _watch = new LinkPiWatch(
                options, own, _events.Writer, ForgetfulBook.New(), Dns.GetHostAddressesAsync, TimeProvider.System, timers);
            _opener = new LinkCarrierOpener(_ => _watch, TimeProvider.System, timers);
            _watching = _watch.RunAsync();
        }

        /// <summary>What the Pi says of the stick to this one.</summary>
        public async Task UntilListedAsync(bool isOffered)
        {
            while (true)
            {
                AttachEvent e = await _events.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(s_deadline, Cancelled);
                if (e is not AttachEvent.PiAnswered { List: var list }) continue;
                if (isOffered && list.Devices.Any(device => device.BusId.ToString() == LinkedPi.Stick)) return;
                if (!isOffered
                    && list.Notice?.Entries.Any(
                        entry => entry.BusId.ToString() == LinkedPi.Stick && entry.Reason == NoticeReason.InUse) == true)
                {
                    return;
                }
            }
        }

        public async Task<ICarrier> OpenAsync(bool takeOver = false)
        {
            var request = new AttachRequest(_options, BusId.Parse(LinkedPi.Stick), default, IsKnown: true)
            {
                Hold = TimeSpan.FromMinutes(1), TakeOver = takeOver,
            };
            ICarrier carrier = await _opener.OpenAsync(request, static _ => { }, Cancelled).WaitAsync(s_deadline, Cancelled);
            await carrier.ReadIdentityAsync(Cancelled).WaitAsync(s_deadline, Cancelled);
            return carrier;
        }

        /// <summary>A person presses until it is given.</summary>
        public async Task<ICarrier> TakeOverAsync()
        {
            using var deadline = new CancellationTokenSource(s_deadline);
            while (true)
            {
                try
                {
                    return await OpenAsync(takeOver: true);
                }
                catch (CarrierException e) when (e.Outcome is AttachOutcome.NotGiven { Status: UsbIpStatus.DeviceBusy })
                {
                    await Task.Delay(100, deadline.Token);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _watch.Stop();
            await _watching.WaitAsync(s_deadline);
            _watch.Dispose();
            if (_hasKey) _key.Dispose();
        }
    }
}
