using System.Globalization;
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
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.UsbipHost;
using Microsoft.Extensions.Logging.Abstractions;
using Tmds.Linux;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// What <c>longwire export</c> does for paired hosts, with its own code, on a kernel that is played: usbip-host serves a
/// <see cref="PromptStick"/>. It lives as long as its process.
/// </summary>
#pragma warning disable CA1001 // What it has on the disk lies in a folder of the process that began it, and goes with that.
internal sealed class PlayedExport
#pragma warning restore CA1001
{
    public const string Stick = "1-1";

    private readonly FakeSysfs _sysfs = new();
    private readonly string _data;
    private readonly Action<int> _told;
    private readonly LinkKey _key = LinkKey.Create();
    private readonly ExportReconciler _reconciler;
    private readonly BarredHosts _barred;
    private readonly VitalsFeed _vitals;
    private readonly LinkListener _listener;

    /// <param name="told">Data was told to its stick.</param>
    public PlayedExport(DescriptorEvents events, TimeProvider timers, Action<int> told)
    {
        (_told, _data) = (told, Path.Combine(_sysfs.Folder, "data"));
        TimeProvider time = TimeProvider.System;
        NullLogger<ExportService> log = NullLogger<ExportService>.Instance;
        Directory.CreateDirectory(_data);
        var options = new ExportOptions { Listen = 0 };
        var offers = new OfferFeed(time);
        var driver = new UsbipHostDriver(_sysfs.Root, new FakeUsbipHost(_sysfs) { After = Serve }.Write);
        _reconciler = new ExportReconciler(
            new StickOperations(_sysfs.Root, driver, new RadioSelection(options, KnownRadios.Default), time),
            new StickTimers(_sysfs.Root, driver, events, time),
            new ExportLedger(_sysfs.Root, _data, log),
            offers, options, time, new Random(1), log);
        var enrolment = new Enrolment(_data, time, log, _sysfs.Root);
        var welcome = new Welcome { Name = "benchmark", Release = "1.2.3" };
        var around = new HostSessionContext(time, timers, time.GetTimestamp(), welcome, log);
        var requests = new StickRequests(_reconciler, time);
        var sessions = new HostSessions(requests, () => TimeSpan.FromMinutes(5), around);
        _vitals = new VitalsFeed(() => VitalsReader.Read(SysfsRoot.Machine), time);
        var controls = new HostControls(sessions, requests, offers, new AddressFeed(static () => [], time), _vitals, welcome, timers);
        _barred = new BarredHosts(enrolment, controls, sessions, time);
        _listener = new LinkListener(
            0, new ServerPort(_sysfs.Root, time, new Random(1), log), new HostConnections(_key, enrolment, controls, sessions, time, log),
            time, log);
    }

    /// <summary>Never ends.</summary>
    public Task RunAsync() => Task.WhenAll(
        _reconciler.RunAsync(CancellationToken.None),
        _listener.RunAsync(CancellationToken.None),
        _vitals.RunAsync(CancellationToken.None),
        _barred.RunAsync(CancellationToken.None));

    public async Task PlugAsync()
    {
        _sysfs.Plug(Stick, "0658:0200", "ZW0001", "UZB", tty: "ttyACM0");
        await _reconciler.PostAsync(
            new ExportMessage.DeviceChanged(BusId.Parse(Stick), TimeProvider.System.GetTimestamp()), CancellationToken.None);
    }

    /// <returns>A pairing code.</returns>
    public async Task<string> PairAsync(string address)
    {
        int port = await _listener.Listening.Task;
        PairingToken? token = null;
        new EnrolmentStore(_data).Change(file =>
        {
            file = file.WithOpenToken(PairingToken.Create, Moment.Now(_sysfs.Root, TimeProvider.System), another: true);
            token = EnrolmentRules.TokenOf(file.Token!);
            return file;
        });
        return new PairingCode([address], (ushort)port, _key.Pin, token!).Format();
    }

    // As the kernel does: it takes a reference of its own to the descriptor that was written.
    private void Serve(string path, string text)
    {
        if (Path.GetFileName(path) != "usbip_sockfd" || text == "-1") return;
        int descriptor = LibC.dup(int.Parse(text, CultureInfo.InvariantCulture));
        var kernel = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        new Thread(new PromptStick(kernel, _told).Run) { IsBackground = true, Name = "played stick" }.Start();
    }
}
