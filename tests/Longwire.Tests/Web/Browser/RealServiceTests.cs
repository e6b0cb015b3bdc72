using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Longwire.Composition;
using Longwire.Options;
using Longwire.State;
using Longwire.Testing.Peers;
using Longwire.Testing.Usbipd;
using Longwire.Tests.Composition;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Playwright;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>
/// From a press on the page to the Pi, and from the Pi to the page: with the attach service behind it, and Pis that serve over real
/// connections. Played is the host's kernel alone.
/// </summary>
[Trait("needs", "chromium")]
public sealed class RealServiceTests : PageTest
{
    private readonly FakeHostKernel _host = new();
    private readonly RecordingLogger<AttachService> _log = new();
    private readonly Channel<AttachOptions> _inForce = Channel.CreateUnbounded<AttachOptions>();
    private readonly AttachService _service;
    private readonly ServedStick _zwave = new(AcmStick.FullSpeed());
    private readonly List<UsbipServer> _pis = [];

    public RealServiceTests(Chromium chromium)
        : base(chromium)
    {
        UsbipServer attic = Start(_zwave);
        _service = new AttachService(
            new Feed(_inForce.Reader), _host.Kernel, _host.Folder, Bench.Feed, TimeProvider.System, new Random(1), _log);
        Bench.Sink = _service;
        var kept = new KeptOptions(Bench, $$"""{"pis":[{"name":"attic","address":"{{AddressOf(attic)}}"}],"radios":[]}""")
        {
            IsSeen = false,
        };
        Bench.Look = () =>
        {
            kept.TakeEffect();
            _inForce.Writer.TryWrite(Bench.Options);
        };
        _inForce.Writer.TryWrite(Bench.Options);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _service.StopAsync(TestContext.Current.CancellationToken);
        _service.Dispose();
        foreach (UsbipServer pi in _pis) await pi.DisposeAsync();
        await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_radio_is_detached_and_attached_at_its_Pi_by_a_press_and_its_Pis_absence_is_seen_within_a_second()
    {
        IPage page = await OpenAsync();
        await StatusAsync(page, "attached");
        Assert.True(_zwave.IsHeld);
        Assert.False(_host.IsFree(0));

        await PressAsync(page, "Detach");
        await StatusAsync(page, "detached");
        await Eventually.IsTrueAsync(() => !_zwave.IsHeld, () => "the Pi has its stick back");
        Assert.True(_host.IsFree(0));

        await PressAsync(page, "Attach");
        await StatusAsync(page, "attached");
        Assert.True(_zwave.IsHeld);
        Assert.False(_host.IsFree(0));

        await _pis.Single().DisposeAsync();
        _pis.Clear();
        await UntilAsync(snapshot => snapshot.Radios is [{ Status: RadioStatus.PiUnreachable }]);
        var watch = Stopwatch.StartNew();
        await StatusAsync(page, "pi unreachable");
        Assert.True(MachinePace.Keeps(watch.Elapsed, TimeSpan.FromSeconds(1)), $"it took {watch.Elapsed}");
        Assert.Equal(2, _host.AttachedTo(0));
        Pages.AssertAllCameFrom(page);
    }

    [Fact]
    public async Task A_Pi_that_is_added_by_its_address_brings_its_radio_and_touches_no_other()
    {
        AcmStick stick = AcmStick.FullSpeed();
        stick.Descriptors[0x0303] = ScriptedStick.Text("ZW0002");
        var second = new ServedStick(stick) { DeviceNumber = 8 };
        UsbipServer cellar = Start(second);
        IPage page = await OpenAsync();
        await StatusAsync(page, "attached");
        DateTimeOffset? since = Assert.Single(Bench.Feed.Current.Radios).Since;

        await page.GetByText("Add a Pi").ClickAsync();
        await page.GetByLabel("Or its address").FillAsync(AddressOf(cellar));
        await PressAsync(page, "Add this Pi");
        await page.GetByText($"Added to the options: the Pi {AddressOf(cellar)}.").WaitForAsync();
        await page.Locator("article .well").Nth(1).WaitForAsync();

        Assert.True(second.IsHeld);
        Assert.False(_host.IsFree(0));
        Assert.False(_host.IsFree(1));
        Assert.Equal(1, _host.AttachedTo(0));
        Assert.Equal(1, _zwave.Imports);
        Assert.Contains(Bench.Feed.Current.Radios, radio => radio.Since == since);
        Pages.AssertAllCameFrom(page);
    }

    private UsbipServer Start(ServedStick stick)
    {
        _host.Knows(stick);
        var pi = UsbipServer.Start(stick);
        _pis.Add(pi);
        return pi;
    }

    private async Task<IPage> OpenAsync()
    {
        await _service.StartAsync(TestContext.Current.CancellationToken);
        return await Pages.OpenAsync(await Bench.StartAsync());
    }

    private static Task StatusAsync(IPage page, string status) =>
        page.Locator("article .status").GetByText(status, new() { Exact = true }).WaitForAsync();

    private static Task PressAsync(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{name}") }).ClickAsync();

    private async Task UntilAsync(Predicate<Snapshot> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Eventually.Deadline);
        try
        {
            for (Snapshot now = Bench.Feed.Current; !holds(now);) now = await Bench.Feed.WaitForChangeAsync(now, patience.Token);
        }
        catch (OperationCanceledException)
        {
            string still = string.Join(", ", Bench.Feed.Current.Radios.Select(radio => radio.Status));
            Assert.Fail($"still {still}\n{string.Join('\n', _log.Lines)}");
        }
    }

    private static string AddressOf(UsbipServer pi) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{pi.Port}");

    private sealed class Feed(ChannelReader<AttachOptions> options) : IOptionsFeed<AttachOptions>
    {
        public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (AttachOptions now in options.ReadAllAsync(cancellationToken))
                yield return new LoadedOptions<AttachOptions>(now, []);
        }
    }
}
