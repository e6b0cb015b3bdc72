using Longwire.Export.Reconciling;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Link;

/// <summary>
/// The sessions there are, by their owners' keys and their ids: to know the id of another's is worth nothing, neither to have it nor to
/// take its place.
/// </summary>
internal sealed class HostSessions(StickRequests sticks, Func<TimeSpan> longestHold, HostSessionContext around)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(KeyPin Owner, SessionId Id), HostSession> _sessions = [];
    private readonly TakenSessions _taken = new();
    private readonly List<Task> _running = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends all sessions, those whose hosts are away too, and waits for that.</summary>
    public async Task StopAsync()
    {
        while (true)
        {
            foreach (HostSession session in Sessions()) session.End();
            Task[] running;
            lock (_gate) running = [.. _running.Where(task => !task.IsCompleted)];
            if (running.Length == 0) return;
            await Task.WhenAll(running);
        }
    }

    /// <summary>Hosts that are not let in any more lose what they have.</summary>
    public void EndAllBut(Predicate<Client.Host> allowed)
    {
        foreach (HostSession session in Sessions())
        {
            if (!allowed(session.Owner)) session.End(EndReason.Revoked);
        }
    }

    /// <summary>Ends once <see cref="MayHave"/> may say another thing.</summary>
    public Task WhenChangedAsync()
    {
        lock (_gate) return _changed.Task;
    }

    /// <summary>
    /// A run of a host may have a stick that an earlier run of it holds, and one that is kept for itself while it is away: if it still
    /// wants to go on with that, it does so by its session and asks for no other.
    /// </summary>
    public bool MayHave(BusId busId, Client.Host host)
    {
        lock (_gate)
        {
            return _sessions.Values.Any(
                session => session.BusId == busId && host.MayTakeFrom(session.Owner) && (session.Owner.Run != host.Run || session.IsAway));
        }
    }

    /// <summary>One connection of a session, until that is lost.</summary>
    public async Task ServeAsync(LinkConnection connection, Hello hello, Client.Host host, CancellationToken cancellationToken)
    {
        HostSession? session = Find(host, hello.SessionId, out bool isTaken);
        RefusalReason no = isTaken ? RefusalReason.TakenOver : RefusalReason.UnknownSession;
        if (session is null && !isTaken && !hello.Resume) (session, no) = await OpenAsync(hello, host, cancellationToken);
        if (session is null)
        {
            await HostRefusal.SayAsync(connection, no, around.Time, cancellationToken);
            return;
        }
        try
        {
            await session.CarryOverAsync(connection, hello, cancellationToken);
        }
        finally
        {
            Change();
        }
    }

    private HostSession[] Sessions()
    {
        lock (_gate) return [.. _sessions.Values];
    }

    private void Change()
    {
        TaskCompletionSource changed;
        lock (_gate) (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.SetResult();
    }

    private HostSession? Find(Client.Host host, SessionId id, out bool isTaken)
    {
        lock (_gate)
        {
            HostSession? session = _sessions.GetValueOrDefault((host.Key, id));
            isTaken = session?.IsTakenOver ?? _taken.Contains(host.Key, id);
            return isTaken ? null : session;
        }
    }

    private async Task<(HostSession? Session, RefusalReason No)> OpenAsync(
        Hello hello, Client.Host host, CancellationToken cancellationToken)
    {
        if (hello.Subject is null || !BusId.TryParse(hello.Subject, out BusId busId)) return (null, RefusalReason.UnknownSubject);
#pragma warning disable CA2000 // It is disposed where it has run, or below.
        var session = new HostSession(hello, host, busId, longestHold(), around);
#pragma warning restore CA2000
        bool isServed = false;
        try
        {
            ImportAnswer answer = await sticks.AskAsync(new PendingImport(busId, session), cancellationToken);
            if (answer.Offer is not { } offer) return (null, Refusal(answer.Status, busId, host));
            isServed = true;
            lock (_gate)
            {
                // Asked for anew before it was welcomed: what the earlier attempt got has ended in favour of this one.
                _sessions[(host.Key, hello.SessionId)] = session;
                _running.RemoveAll(task => task.IsCompleted);
                _running.Add(RunAsync(session, offer));
            }
            return (session, RefusalReason.None);
        }
        finally
        {
            if (!isServed) await session.DisposeAsync();
        }
    }

    private async Task RunAsync(HostSession session, Offer offer)
    {
        await using (session)
        {
            try
            {
                await session.RunAsync(offer);
            }
            finally
            {
                lock (_gate)
                {
                    (KeyPin, SessionId) id = (session.Owner.Key, session.Id);
                    if (_sessions.GetValueOrDefault(id) == session) _sessions.Remove(id);
                    if (session.IsTakenOver) _taken.Add(session.Owner.Key, session.Id);
                }
            }
        }
    }

    private RefusalReason Refusal(UsbIpStatus status, BusId busId, Client.Host host) => status switch
    {
        UsbIpStatus.DeviceBusy => IsOfLaterRun(busId, host) ? RefusalReason.Superseded : RefusalReason.InUse,
        UsbIpStatus.NoSuchDevice => RefusalReason.UnknownSubject,
        _ => RefusalReason.NotReady,
    };

    private bool IsOfLaterRun(BusId busId, Client.Host host)
    {
        lock (_gate)
        {
            return _sessions.Values.Any(session => session.BusId == busId
                && session.Owner.Key == host.Key
                && !host.MayTakeFrom(session.Owner));
        }
    }
}
