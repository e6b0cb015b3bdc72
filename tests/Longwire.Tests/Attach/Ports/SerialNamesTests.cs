using System.Globalization;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Platform;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

/// <summary>When an attached radio is told, and under which names, while udev makes its links sooner, later or never.</summary>
public sealed class SerialNamesTests : IAsyncDisposable
{
    private const int Never = -1;
    private static readonly int[] s_moments = [0, 3, 20, 600, Never];
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(700);

    private readonly FakeSysfs _sysfs = new();
    private readonly SteppedClock _clock = new();
    private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
    private readonly List<(TimeSpan At, Action Happens)> _plan = [];
    private readonly List<(TimeSpan At, AttachEvent News)> _told = [];
    private readonly List<TimeSpan> _looksAfter = [];
    private readonly CancellationTokenSource _end = new();
    private readonly FakeVhci _vhci;
    private readonly AttachKernel _kernel;
    private readonly HubAuthorization _hubs;
    private readonly string _folder;
    private TimeSpan _now;

    public SerialNamesTests()
    {
        _vhci = new FakeVhci(_sysfs);
        _kernel = new AttachKernel(_sysfs.Root, _vhci.Host);
        _hubs = new HubAuthorization(_kernel, (_, _) => Task.CompletedTask, NullLogger.Instance);
        _folder = _vhci.Plug(0);
    }

    /// <summary>The second at which udev links each tty by its id, and whether by-path links are there from the first moment.</summary>
    public static TheoryData<int[], bool> Links
    {
        get
        {
            var rows = new TheoryData<int[], bool>();
            foreach (bool byPath in (bool[])[false, true])
            {
                foreach (int first in s_moments)
                {
                    rows.Add([first], byPath);
                    foreach (int second in s_moments) rows.Add([first, second], byPath);
                }
            }
            return rows;
        }
    }

    [Theory]
    [Trait("takes", "long")]
    [MemberData(nameof(Links))]
    public async Task A_radio_is_told_when_its_names_will_stay_or_after_five_seconds_and_put_right_later(int[] linkedAt, bool byPath)
    {
        for (int i = 0; i < linkedAt.Length; i++)
        {
            string tty = AddTty(i);
            if (byPath) Link("by-path", $"platform-vhci_hcd.0-usb-0:1:1.{i}", tty);
            string name = $"usb-Sigma_UZB_ZW0001-if0{i}";
            if (linkedAt[i] != Never) _plan.Add((TimeSpan.FromSeconds(linkedAt[i]), () => Link("by-id", name, tty)));
        }
        TimeSpan? complete = linkedAt.Contains(Never) ? null : TimeSpan.FromSeconds(linkedAt.Max());

        await RunAsync();

        (TimeSpan upAt, _) = Assert.Single(_told, told => told.News is AttachEvent.CameUp);
        Assert.Equal(complete < AttachTimers.SerialLinks ? complete : AttachTimers.SerialLinks, upAt);
        List<(TimeSpan At, AttachEvent.SerialPathsFound Names)> names =
            [.. from one in _told where one.News is AttachEvent.SerialPathsFound select (one.At, (AttachEvent.SerialPathsFound)one.News)];
        // Its names are there before it is, and are those of that moment.
        Assert.IsType<AttachEvent.SerialPathsFound>(_told[0].News);
        Assert.Equal(upAt, names[0].At);
        AssertNames(names[0].Names, linkedAt, byPath, at: upAt);
        // Put right within a heartbeat, and what is still to come by then is waited for once more.
        AssertNames(names[^1].Names, linkedAt, byPath, at: s_end);
        if (complete > AttachTimers.SerialLinks) Assert.InRange(names[^1].At, complete.Value, complete.Value + AttachTimers.Heartbeat);
        Assert.InRange(names.Count, 1, 1 + linkedAt.Count(second => second > AttachTimers.SerialLinks.TotalSeconds));
        // Each name that may change is waited for in small steps, and only for as long as that.
        int steps = _looksAfter.Count(wait => wait == AttachTimers.SerialLinksStep);
        Assert.InRange(steps, 0, names.Count * (AttachTimers.SerialLinks / AttachTimers.SerialLinksStep));
        Assert.InRange(_looksAfter.Count - steps, 1, 2 + names.Count + (int)(s_end / AttachTimers.Heartbeat));
    }

    [Theory]
    [InlineData(89, 92, false)]
    [InlineData(89, 94.8, false)]
    [InlineData(89, 500, true)]
    public async Task A_link_that_goes_for_a_moment_changes_no_name_and_one_that_stays_away_does(double gone, double back, bool told)
    {
        AddTty(0);
        string link = Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        _plan.Add((TimeSpan.FromSeconds(gone), () => File.Delete(link)));
        _plan.Add((TimeSpan.FromSeconds(back), () => Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0")));

        await RunAsync();

        string[][] names = [.. _told.Select(one => one.News).OfType<AttachEvent.SerialPathsFound>().Select(found => found.Paths.ToArray())];
        string tty = Path.Combine(_sysfs.Root.Dev, "ttyACM0");
        Assert.Equal(told ? [[link], [tty], [link]] : [[link]], names);
    }

    [Fact]
    public async Task An_attached_radio_keeps_its_name_while_a_twin_is_here_and_it_is_told()
    {
        AddTty(0);
        Link("by-path", "platform-vhci_hcd.0-usb-0:1:1.0", "ttyACM0");
        string link = Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        _plan.Add((TimeSpan.FromSeconds(100), () =>
        {
            _sysfs.Plug("1-1", tty: "ttyACM7");
            File.Delete(link);
            Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM7");
        }));
        _plan.Add((TimeSpan.FromSeconds(400), () =>
        {
            _sysfs.Pull("1-1");
            File.Delete(link);
            Link("by-id", "usb-Sigma_UZB_ZW0001-if00", "ttyACM0");
        }));

        await RunAsync();

        AttachEvent.SerialPathsFound[] names = [.. _told.Select(one => one.News).OfType<AttachEvent.SerialPathsFound>()];
        Assert.All(names, found => Assert.Equal([link], found.Paths));
        Assert.All(names, found => Assert.Empty(found.Provisional));
        SharedSerialPath[][] shared = [[], [new SharedSerialPath(link, ByPath(0))], []];
        Assert.Equal(shared, names.Select(found => found.Shared.ToArray()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4.9)]
    public async Task A_radio_that_goes_before_it_has_a_name_was_never_there(double seconds)
    {
        AddTty(0);
        _plan.Add((TimeSpan.FromSeconds(seconds), () => _vhci.Pull(0)));

        AttachOutcome.Lost? early = await RunAsync();

        Assert.Empty(_told);
        Assert.NotNull(early);
        Assert.Equal(
            "it was gone before its serial port had a name: the kernel removed the device",
            Assert.IsType<AttachOutcome.Failed>(PortSession.NeverUp(early)).Reason);
        AttachOutcome ofSilence = PortSession.NeverUp(new AttachOutcome.Lost("gone", PiSilent: true));
        Assert.Equal("gone", Assert.IsType<AttachOutcome.Unreachable>(ofSilence).Reason);
    }

    public async ValueTask DisposeAsync()
    {
        _end.Dispose();
        await _hubs.DisposeAsync();
        _sysfs.Dispose();
    }

    /// <returns>How it was lost before it was told; null if it was not.</returns>
    private async Task<AttachOutcome.Lost?> RunAsync()
    {
        Happen(TimeSpan.Zero);
        var store = new MemoryStore(new MemoryFile(_sysfs.Folder), _clock, NullLogger.Instance, _ => { });
        var around = new AttachmentContext(_kernel, _hubs, _clock, NullLogger.Instance);
        var request = new AttachRequest(AttachBench.Pi("attic"), BusId.Parse("1-1.2"), LastCarrier: default, IsKnown: true);
        var attachment = new AttachBench.ScriptedAttachment(request, _ => { });
        BusId local = BusId.Parse("3-1");
        SysfsUsbDevice device = UsbDevices.TryRead(_sysfs.Root, local) ?? Plugged();
        var port = new VhciAttachment(0, 65539, UsbSpeed.Full) { Local = local, LocalDeviceNumber = (int)device.DeviceNumber };
        await using var carrier = new ScriptedCarrier();
        var reports = new AttachmentReports(attachment, _events.Writer, store);
        var watching = new AttachedDeviceWatch(reports, around, new AsyncAutoResetEvent(_clock), carrier, port, device);
        Task<AttachOutcome.Lost?> running = WatchAsync(watching);
        while (_now < s_end && !running.IsCompleted)
        {
            // The next wait has begun, so whatever the look before it had to tell was told.
            Task<TimeSpan> next = _clock.AnyStartedAsync().AsTask();
            if (await Task.WhenAny(next, running) != next) break;
            TakeNews();
            TimeSpan wait = await next;
            if (_told.Exists(told => told.News is AttachEvent.CameUp)) _looksAfter.Add(wait);
            _now += wait;
            Happen(_now);
            _clock.Advance(wait);
        }
        await _end.CancelAsync();
        AttachOutcome.Lost? early = await running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        TakeNews();
        return early;
    }

    private async Task<AttachOutcome.Lost?> WatchAsync(AttachedDeviceWatch watching)
    {
        try
        {
            if (await watching.UntilNamedAsync(_end.Token) is { } early) return early;
            await watching.UntilLostAsync(_end.Token);
        }
        catch (OperationCanceledException)
        {
            // The story is over.
        }
        return null;
    }

    private void TakeNews()
    {
        while (_events.Reader.TryRead(out AttachEvent? news)) _told.Add((_now, news));
    }

    private void Happen(TimeSpan until)
    {
        foreach ((TimeSpan at, Action happens) in _plan.Where(one => one.At <= until).ToArray()) happens();
        _plan.RemoveAll(one => one.At <= until);
    }

    private void AssertNames(AttachEvent.SerialPathsFound names, int[] linkedAt, bool byPath, TimeSpan at)
    {
        bool Linked(int i) => linkedAt[i] != Never && linkedAt[i] <= at.TotalSeconds;
        string[] paths = [.. linkedAt.Select((_, i) => Linked(i) ? ById(i) : byPath ? ByPath(i) : Tty(i))];
        Assert.Equal(paths, names.Paths);
        Assert.Equal(paths.Where((_, i) => !Linked(i)), names.Provisional);
    }

    private string ById(int i) => Path.Combine(_sysfs.Root.Dev, "serial/by-id", $"usb-Sigma_UZB_ZW0001-if0{i}");

    private string ByPath(int i) => Path.Combine(_sysfs.Root.Dev, "serial/by-path", $"platform-vhci_hcd.0-usb-0:1:1.{i}");

    private string Tty(int i) => Path.Combine(_sysfs.Root.Dev, string.Create(CultureInfo.InvariantCulture, $"ttyACM{i}"));

    // The first is there with the stick.
    private string AddTty(int i)
    {
        string tty = string.Create(CultureInfo.InvariantCulture, $"ttyACM{i}");
        if (i > 0) _sysfs.AddTty(Path.Combine(_folder, $"3-1:1.{i}", "tty", tty), tty, "1:3");
        return tty;
    }

    // As the kernel had it when it came up, should it be gone by now.
    private SysfsUsbDevice Plugged()
    {
        _vhci.Plug(0);
        SysfsUsbDevice device = UsbDevices.TryRead(_sysfs.Root, BusId.Parse("3-1"))!;
        _vhci.Pull(0);
        return device;
    }

    private string Link(string kind, string name, string tty)
    {
        string link = Path.Combine(_sysfs.Root.Dev, "serial", kind, name);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, $"../../{tty}");
        return link;
    }
}
