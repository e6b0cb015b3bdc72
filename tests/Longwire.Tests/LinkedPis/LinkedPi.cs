using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwire.Composition;
using Longwire.Export;
using Longwire.Export.Link;
using Longwire.Export.Reconciling;
using Longwire.Export.Sticks;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.Radios;
using Longwire.Testing.Kernel;
using Longwire.Testing.Peers;
using Longwire.Testing.Usbipd;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;
using Tmds.Linux;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>
/// The link's side of a Pi, all of it: real TLS, sessions and reconciler, on a played kernel whose usbip-host serves a stick that answers.
/// </summary>
internal sealed class LinkedPi : IAsyncDisposable
{
    public const string Stick = "1-1";

    private readonly FakeSysfs _sysfs = new();
    private readonly FakeUsbipHost _kernel;
    private readonly DescriptorEvents _events = DescriptorEvents.Open();
    private readonly PassingTime _timers = new("test pi timers");
    private readonly List<Task> _served = [];
    private readonly ConcurrentDictionary<string, Func<Task>> _ends = [];
    private readonly ExportLedger _ledger;
    private readonly HostSessions _sessions;
    private readonly OfferFeed _offers;
    private readonly CancellationTokenSource _stop = new();
    private readonly LinkListener _listener;
    private Socket? _serving;
    private readonly Task _deciding, _listening, _barring, _looking, _measuring;

    /// <param name="longestHold">Null: 5 min.</param>
    /// <param name="firstLook">A stick is there at the start, and nobody looks at it before this.</param>
    /// <param name="offersTime">Of what waits for the first look.</param>
    public LinkedPi(TimeSpan? longestHold = null, Task? firstLook = null, TimeProvider? offersTime = null)
    {
        _kernel = new FakeUsbipHost(_sysfs) { After = Serve };
        if (firstLook is not null) _sysfs.Plug(Stick, "0658:0200", "ZW0001", "UZB", tty: "ttyACM0");
        TimeProvider time = TimeProvider.System;
        _offers = new OfferFeed(offersTime ?? time);
        var options = new ExportOptions { Listen = 0 };
        var driver = new UsbipHostDriver(_sysfs.Root, _kernel.Write);
        _ledger = new ExportLedger(_sysfs.Root, DataFolder, Log);
        var operations = new StickOperations(_sysfs.Root, driver, new RadioSelection(options, KnownRadios.Default), time);
        Reconciler = new ExportReconciler(
            operations, new StickTimers(_sysfs.Root, driver, _events, time), _ledger, _offers, options, time, new Random(1), Log);
        Key = LinkKey.Create();
        Addresses = new AddressFeed(() => [.. Own.Select(address => new InterfaceAddress("eth0", address))], time);
        Directory.CreateDirectory(DataFolder);
        Enrolment = new Enrolment(DataFolder, time, Log, _sysfs.Root);
        var welcome = new Welcome { Name = "attic", Release = "1.2.3" };
        var around = new HostSessionContext(time, _timers, time.GetTimestamp(), welcome, Log);
        var requests = new StickRequests(Reconciler, time);
        VitalsNews = new VitalsFeed(() => HowItIs, time);
        _sessions = new HostSessions(requests, () => longestHold ?? TimeSpan.FromMinutes(5), around);
        var controls = new HostControls(_sessions, requests, _offers, Addresses, VitalsNews, welcome, _timers);
        _listener = new LinkListener(
            0, new ServerPort(_sysfs.Root, time, new Random(1), Log), new HostConnections(Key, Enrolment, controls, _sessions, time, Log),
            time, Log);
        _deciding = DecideAsync(firstLook ?? Task.CompletedTask);
        _looking = Addresses.RunAsync(_stop.Token);
        _measuring = VitalsNews.RunAsync(_stop.Token);
        _listening = _listener.RunAsync(_stop.Token);
        _barring = new BarredHosts(Enrolment, controls, _sessions, time).RunAsync(_stop.Token);
    }

    public RecordingLogger<ExportService> Log { get; } = new();
    public ExportReconciler Reconciler { get; }
    public LinkKey Key { get; }
    public AddressFeed Addresses { get; }

    /// <summary>What its interfaces have; that there is something new there is to be said by <see cref="AddressFeed.LookAgain"/>.</summary>
    public IReadOnlyList<IPAddress> Own { get; set; } = [];
    public VitalsFeed VitalsNews { get; }

    /// <summary>What the machine says of itself when it is looked at.</summary>
    public Vitals HowItIs { get; set; } = new();
    public Enrolment Enrolment { get; }

    /// <summary>What was written to the kernel, as <c>driver/file text</c>.</summary>
    public IEnumerable<string> Writes => _kernel.Lines;
    public string DataFolder => Path.Combine(_sysfs.Folder, "data");
    public AcmStick Acm { get; } = AcmStick.FullSpeed();

    /// <summary>How often the kernel was given a connection for the stick.</summary>
    public int Imports => _served.Count;

    /// <summary>The kernel has not finished with the stick before this, after a session of it.</summary>
    public Task KernelFinishes { get; set; } = Task.CompletedTask;

    public bool IsServing => _served.Any(task => !task.IsCompleted);

    public Task<int> PortAsync() => _listener.Listening.Task;

    public async Task PlugAsync(string stick = Stick, string serial = "ZW0001", string tty = "ttyACM0")
    {
        _sysfs.Plug(stick, "0658:0200", serial, "UZB", tty: tty);
        await Reconciler.PostAsync(new ExportMessage.DeviceChanged(BusId.Parse(stick), TimeProvider.System.GetTimestamp()), Cancelled);
    }

    public async Task PullAsync(string stick = Stick)
    {
        _sysfs.Pull(stick);
        // As the kernel does: the session ends with the stick.
        if (_ends.TryRemove(stick, out Func<Task>? end)) await end();
        await Reconciler.PostAsync(new ExportMessage.DeviceChanged(BusId.Parse(stick), TimeProvider.System.GetTimestamp()), Cancelled);
    }

    /// <summary>The kernel ends the session of the stick, which stays.</summary>
    public Task EndSessionAsync(string stick = Stick) => _ends.TryGetValue(stick, out Func<Task>? end) ? end() : Task.CompletedTask;

    /// <summary>The kernel takes nothing more of the session, and has not said yet that it has ended it.</summary>
    public void RefuseWrites() => _serving!.Shutdown(SocketShutdown.Receive);

    /// <summary>So much time passes for the sessions at once. A connection that stands is silent for as long.</summary>
    public void Pass(TimeSpan time) => _timers.Pass(time);

    public async Task<PairingCode> PairAsync(int port) => await Task.Run(() =>
    {
        PairingToken? token = null;
        new EnrolmentStore(DataFolder).Change(file =>
        {
            file = file.WithOpenToken(PairingToken.Create, Moment.Now(_sysfs.Root, TimeProvider.System), another: true);
            token = EnrolmentRules.TokenOf(file.Token!);
            return file;
        });
        return new PairingCode(["127.0.0.1"], (ushort)port, Key.Pin, token!);
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _measuring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _barring.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _sessions.StopAsync();
        await _deciding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_served);
        _ledger.Dispose();
        _timers.Dispose();
        _events.Dispose();
        _stop.Dispose();
        Key.Dispose();
        _sysfs.Dispose();
    }

    private async Task DecideAsync(Task begins)
    {
        await begins;
        await Reconciler.RunAsync(_stop.Token);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // As the kernel does: it takes a reference of its own to the descriptor that was written.
    private void Serve(string path, string text)
    {
        if (Path.GetFileName(path) != "usbip_sockfd" || text == "-1") return;
        int descriptor = LibC.dup(int.Parse(text, CultureInfo.InvariantCulture));
        string stick = Path.GetFileName(Path.GetDirectoryName(path)!);
#pragma warning disable CA2000 // The socket disposes of its handle, and who serves of the socket.
        _served.Add(ServeAsync(stick, new Socket(new SafeSocketHandle(descriptor, ownsHandle: true))));
#pragma warning restore CA2000
    }

    private async Task ServeAsync(string stick, Socket kernel)
    {
        await Task.Yield();
        using (kernel)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            (_ends[stick], _serving) = (stop.CancelAsync, kernel);
            if (stick == Stick) Acm.Reset();
            try
            {
                await new UrbSession(new FakeClient(kernel, stop.Token), stick == Stick ? Acm : AcmStick.FullSpeed(), [], stop).RunAsync();
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Its other end has gone.
            }
            // Whatever ends a session shuts its connection down (stub_shutdown_connection).
            kernel.Shutdown(SocketShutdown.Both);
            await KernelFinishes.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ends.TryRemove(stick, out _)) _kernel.SetStatus(stick, 1);
        }
    }
}
