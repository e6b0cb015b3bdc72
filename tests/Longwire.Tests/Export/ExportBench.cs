using System.Net;
using System.Net.Sockets;
using Longwire.Composition;
using Longwire.Export;
using Longwire.Export.Reconciling;
using Longwire.Export.Sticks;
using Longwire.Export.Stock;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.Testing.Kernel;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Export;

/// <summary>
/// The export side on a played kernel, with real connections over loopback and a clock that moves only while a test waits.
/// </summary>
internal sealed class ExportBench : IAsyncDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    private readonly DescriptorEvents _events = DescriptorEvents.Open();
    private CancellationTokenSource _stop = new();
    private ExportLedger? _ledger;
    private TransitionLog? _log;
    private LiveExportOptions? _live;
    private StockListener? _listener;
    private ClientNames? _names;
    private StockOffers? _offers;
    private Task _deciding = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;
    private Task _naming = Task.CompletedTask;

    public ExportBench() => Kernel = new FakeUsbipHost(Sysfs);

    public FakeSysfs Sysfs { get; } = new();
    public FakeUsbipHost Kernel { get; }
    public FakeTimeProvider Time { get; } = new();
    public RecordingLogger<ExportService> Log { get; private set; } = new();
    public ExportReconciler Reconciler { get; private set; } = null!;
    public ExportOptions Options { get; set; } = new() { Stock = new StockExportOptions { Port = 0, Allow = ["127.0.0.1"] } };
    public int Port { get; set; }

    /// <summary>What comes in before the first look at anything.</summary>
    public Func<ExportReconciler, Task> BeforeStart { get; set; } = static _ => Task.CompletedTask;

    /// <summary>What finds the addresses of a client's name.</summary>
    public Func<string, Task<IPAddress[]>> Resolve { get; set; } = _ => throw new SocketException((int)SocketError.HostNotFound);

    /// <summary>What the log was told of changed options.</summary>
    public List<LogLevel> LogLevels { get; } = [];
    public ReadOnlyMemory<byte> ListReply => _offers!.ListReply;
    public string LedgerPath => Path.Combine(Sysfs.Folder, "data/export.json");

    /// <summary>The options that are in force.</summary>
    public ExportOptions InForce => _live!.Current;

    /// <summary>A process, and in it the first life of the service.</summary>
    public Task<ExportBench> StartAsync()
    {
        Log = new RecordingLogger<ExportService>();
        _live = new LiveExportOptions(new LoadedOptions<ExportOptions>(Options, []), file: null, LogLevels.Add, Log);
        return StartAnewAsync();
    }

    /// <summary>One more life of the service in the same process.</summary>
    public async Task<ExportBench> StartAnewAsync()
    {
        _stop = new CancellationTokenSource();
        var driver = new UsbipHostDriver(Sysfs.Root, Kernel.Write);
        _log = new TransitionLog(Log, Time);
        _ledger = new ExportLedger(Sysfs.Root, Path.Combine(Sysfs.Folder, "data"), _log);
        ExportOptions options = InForce;
        var operations = new StickOperations(Sysfs.Root, driver, new RadioSelection(options, KnownRadios.Default), Time);
        var timers = new StickTimers(Sysfs.Root, driver, _events, Time);
        var offers = new OfferFeed(Time);
        _offers = new StockOffers(offers);
        Reconciler = new ExportReconciler(operations, timers, _ledger, offers, options, Time, new Random(1), _log);
        var ports = new ServerPort(Sysfs.Root, Time, new Random(1), _log);
        var listener = new StockListener(options.Stock, new StickRequests(Reconciler, Time), _offers, _events, ports, Time, _log);
        _listener = listener;
        _names = new ClientNames(options.Stock.Allow, listener, Reconciler, Time, _log, (name, _) => Resolve(name));
        await BeforeStart(Reconciler);
        _deciding = Task.Run(() => Reconciler.RunAsync(_stop.Token));
        _listening = Task.Run(() => listener.RunAsync(_stop.Token));
        _naming = Task.Run(() => _names.RunAsync(_stop.Token));
        if (!Options.Stock.Allow.IsEmpty) Port = await listener.Listening.Task.WaitAsync(s_deadline, Cancellation);
        return this;
    }

    /// <summary>The file says something else now.</summary>
    public async Task ChangeAsync(ExportOptions options, params OptionProblem[] problems) =>
        await _live!.ApplyAsync(
            new LoadedOptions<ExportOptions>(options, [.. problems]), Reconciler, _listener!, _names!, link: null, Cancellation);

    /// <summary>SIGTERM.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        Task ended = Task.WhenAll(
            _deciding,
            _listening.ContinueWith(_ => { }, TaskScheduler.Default),
            _naming.ContinueWith(_ => { }, TaskScheduler.Default));
        try
        {
            await UntilAsync(() => ended.IsCompleted, "the service to stop");
            await ended;
        }
        finally
        {
            _ledger?.Dispose();
            _ledger = null;
            _log?.Dispose();
            _log = null;
        }
    }

    /// <summary>The kernel watches no descriptors any more.</summary>
    public void LoseDescriptorEvents() => _events.Dispose();

    /// <summary>kill -9: what stands in the kernel and in the file stays as it is.</summary>
    public async Task DieAsync()
    {
        string ledger = await File.ReadAllTextAsync(LedgerPath, Cancellation);
        Func<string, string, int?> refuse = Kernel.Refuse;
        Kernel.Refuse = (_, _) => Errno.NoPermission;
        await StopAsync();
        Kernel.Refuse = refuse;
        await File.WriteAllTextAsync(LedgerPath, ledger, Cancellation);
    }

    public async Task NewsAsync(string busId = "1-1") =>
        await Reconciler.PostAsync(new ExportMessage.DeviceChanged(BusId.Parse(busId), Time.GetTimestamp()), Cancellation);

    public async Task PlugAsync(
        string busId = "1-1", string id = "0658:0200", string? serial = "ZW0001", string? product = "UZB", string tty = "ttyACM0")
    {
        Sysfs.Plug(busId, id, serial, product, tty: tty);
        await NewsAsync(busId);
    }

    public async Task PullAsync(string busId = "1-1")
    {
        Sysfs.Pull(busId);
        await NewsAsync(busId);
    }

    public Task UntilOfferedAsync(string busId = "1-1") => UntilAsync(() => Offered.Contains(busId), $"{busId} to be offered");

    public Task UntilReasonAsync(NoticeReason reason, string busId = "1-1") =>
        UntilAsync(() => Reasons.TryGetValue(busId, out NoticeReason now) && now == reason, $"{busId} to be {reason}");

    /// <param name="part">Of a line.</param>
    /// <param name="step">
    /// How far the clock moves at a time; for what is done every few minutes more than for the pauses of a retry.
    /// </param>
    public Task UntilSaidAsync(string part, TimeSpan? step = null) =>
        UntilAsync(() => Said(part), $"the log to say '{part}'", step);

    public bool Said(string part) => Log.Lines.Any(line => line.Contains(part, StringComparison.Ordinal));

    public IEnumerable<string> Offered => DeviceListReply.Parse(ListReply.Span, out _).Select(d => d.BusId.ToString());

    public IReadOnlyDictionary<string, NoticeReason> Reasons
    {
        get
        {
            ReadOnlySpan<byte> reply = ListReply.Span;
            DeviceListReply.Parse(reply, out int consumed);
            return LongwireListExtension.Parse(reply[consumed..]).Entries.ToDictionary(e => e.BusId.ToString(), e => e.Reason);
        }
    }

    /// <summary>Real work needs real moments, back-offs need the clock: both move until it is so.</summary>
    public async Task UntilAsync(Func<bool> condition, string what, TimeSpan? step = null)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"waited {s_deadline} for {what}. Log:\n{string.Join('\n', Log.Lines)}");
            Time.Advance(step ?? s_step);
            await Task.Delay(2, Cancellation);
        }
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), Cancellation);
        return socket;
    }

    /// <summary>Asks for a stick and reads the status; the connection stays open for the caller to end.</summary>
    public async Task<(Socket Connection, UsbIpStatus Status)> ImportAsync(string busId = "1-1", Socket? over = null)
    {
        Socket socket = over ?? await ConnectAsync();
        var request = new byte[ImportRequest.Size];
        ImportRequest.Write(request, BusId.Parse(busId));
        await socket.SendAsync(request, Cancellation);
        byte[] header = await ReadAsync(socket, OpCommon.Size);
        UsbIpStatus status = OpCommon.Parse(header).Status;
        if (status == UsbIpStatus.Ok) Assert.Equal(busId, DeviceRecord.Parse(await ReadAsync(socket, DeviceRecord.Size)).BusId.ToString());
        return (socket, status);
    }

    /// <summary>To the end of the stream.</summary>
    public static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        var all = new List<byte>();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, deadline.Token) is var read and > 0) all.AddRange(buffer[..read]);
        return [.. all];
    }

    // The kernel's attribute holds one word whatever was written before; a plain file keeps the tail of a longer one.
    public string PowerControl(string busId) =>
        File.ReadAllText(Path.Combine(Sysfs.DeviceFolder(busId), "power/control")).StartsWith("on", StringComparison.Ordinal)
            ? "on"
            : "auto";

    public async ValueTask DisposeAsync()
    {
        if (_ledger is not null) await StopAsync();
        _events.Dispose();
        _stop.Dispose();
        Sysfs.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<byte[]> ReadAsync(Socket socket, int length)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        var bytes = new byte[length];
        for (int at = 0; at < length;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(at), deadline.Token);
            Assert.NotEqual(0, read);
            at += read;
        }
        return bytes;
    }
}
