using Longwire.Export;
using Longwire.Export.Link;
using Longwire.Export.Reconciling;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>The link's side of <c>longwire export</c>: who is paired, who listens, and what is carried.</summary>
internal sealed class ExportLink : IDisposable
{
    private readonly TimerThread _timers = new("link timers");
    private readonly LinkKey _key;
    private readonly HostSessions _sessions;
    private readonly BarredHosts _barred;
    private readonly AddressFeed _addresses;
    private readonly VitalsFeed _vitals;

    /// <exception cref="LinkKeyException">This Pi's key cannot be read or kept.</exception>
    public ExportLink(
        LiveExportOptions live, string dataFolder, StickRequests requests, OfferFeed feed, ServerPort ports, ExportSurroundings around)
    {
        _key = LinkKeyFile.Open(dataFolder);
        (TimeProvider time, ILogger logger) = (around.Time, around.Logger);
        string bootId = KernelBootId.Read(around.Root.Proc);
        var welcome = new Welcome
        {
            Name = live.Current.Name ?? Environment.MachineName,
            Release = ProgramVersion.Text,
            BootId = bootId.Length > 0 ? bootId : null,
        };
        var context = new HostSessionContext(time, _timers, time.GetTimestamp(), welcome, logger);
        _sessions = new HostSessions(requests, () => live.Current.MaxHold, context);
        _addresses = new AddressFeed(() => OwnAddresses.Read(around.Root), time);
        _vitals = new VitalsFeed(() => VitalsReader.Read(around.Root), time);
        var controls = new HostControls(_sessions, requests, feed, _addresses, _vitals, welcome, _timers);
        var enrolment = new Enrolment(dataFolder, time, logger, around.Root);
        _barred = new BarredHosts(enrolment, controls, _sessions, time);
        var hosts = new HostConnections(_key, enrolment, controls, _sessions, time, logger);
        Listener = new LinkListener(live.Current.Listen, ports, hosts, time, logger);
    }

    public LinkListener Listener { get; }

    /// <summary>The kernel has news of a sensor, which may be that of the power.</summary>
    public void SensorChanged() => _vitals.LookNow();

    /// <summary>Until cancelled, and every session has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task looking = _addresses.RunAsync(ended.Token), measuring = _vitals.RunAsync(ended.Token);
        Task listening = Listener.RunAsync(ended.Token), barring = _barred.RunAsync(ended.Token);
        try
        {
            await await Task.WhenAny(listening, barring, looking, measuring);
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(listening, barring, looking, measuring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _sessions.StopAsync();
        }
    }

    public void Dispose()
    {
        _timers.Dispose();
        _key.Dispose();
    }
}

/// <summary>What all of <c>longwire export</c> works with.</summary>
internal sealed record ExportSurroundings(SysfsRoot Root, TimeProvider Time, ILogger Logger);
