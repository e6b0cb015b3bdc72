using System.Collections.Immutable;
using System.Net;
using Longwire.Options;
using Longwire.Platform;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Reconciling;

/// <summary>All that the reconciler owns. Only its loop touches it.</summary>
internal sealed class ExportState(ExportOptions options, TimeProvider time, Random random, ILogger logger)
{
    private readonly Dictionary<BusId, ExportedStick> _sticks = [];
    private readonly long _start = time.GetTimestamp();

    /// <summary>Since the start.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>A copy: what follows from a stick may be that it is forgotten.</summary>
    public IReadOnlyList<ExportedStick> Sticks => [.. _sticks.Values];

    /// <summary>What somebody else bound is served, too.</summary>
    public bool TakesOver { get; private set; } = options.TakeOver;
    public ClientAllowList Allowed { get; private set; } = ClientAllowList.Of(options.Stock.Allow);

    public void Use(ExportOptions changed) =>
        (TakesOver, Allowed) = (changed.TakeOver, Allowed.Using(changed.Stock.Allow));

    /// <summary>The addresses of those who are allowed by name.</summary>
    public void Use(ImmutableDictionary<string, ImmutableArray<IPAddress>> resolved) => Allowed = Allowed.With(resolved);

    /// <summary>Hosts that are paired were let in by their keys; stock USB/IP has no lock but the address.</summary>
    public bool MayHave(Client client) => client is Client.Host || Allowed.Allows(client);

    public ExportedStick? Find(BusId busId) => _sticks.GetValueOrDefault(busId);

    /// <summary>The stick there, met just now if need be.</summary>
    public ExportedStick At(BusId busId)
    {
        if (_sticks.TryGetValue(busId, out ExportedStick? stick)) return stick;
        stick = new ExportedStick(busId, Pauses(), new Recoveries(Pauses(), time));
        _sticks.Add(busId, stick);
        return stick;
    }

    /// <summary>False for one that was forgotten: what comes late about it is of no use.</summary>
    public bool IsKnown(ExportedStick stick) => ReferenceEquals(Find(stick.BusId), stick);

    public void Forget(ExportedStick stick) => _sticks.Remove(stick.BusId);

    /// <summary>Every stick that was read, as it stands now.</summary>
    public IEnumerable<Offer> Offers => _sticks.Values.Select(stick => stick.Offer).OfType<Offer>();

    /// <summary>Each stick was looked at, whatever came of it.</summary>
    public bool IsLookedThrough => _sticks.Values.All(stick => stick.WasLookedAt);

    /// <summary>A loose plug, a tty that is opened again and again: none of it needs a person to repeat.</summary>
    public ILogger About(ExportedStick stick) => logger.About("sticks", stick.BusId.ToString());

    /// <summary>The same of what a host asks for, who may ask as often as it likes.</summary>
    public ILogger About(BusId busId, Client client) => logger.About("clients", $"{busId} {client}");

    /// <summary>A host that attaches and leaves again and again is no news each time.</summary>
    public ILogger About(Session session) => logger.About("clients", $"{session.Stick.BusId} {session.Client}");

    private Backoff Pauses() => new(ExportTimers.RetryFirst, ExportTimers.RetryCap, random);
}
