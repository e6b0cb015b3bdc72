using Longwire.Export.Reconciling;
using Longwire.Link.Frames;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;

namespace Longwire.Export.Link;

/// <summary>
/// Control connections: each is told what there is to offer, where this Pi can be reached and how it is, now and whenever that changes; and
/// may ask for a stick to be set anew.
/// </summary>
/// <param name="sessions">What a host may have depends on what it has.</param>
/// <param name="requests">Where it asks for that.</param>
/// <param name="timers">See <see cref="FramePump"/>.</param>
internal sealed class HostControls(
    HostSessions sessions, StickRequests requests, OfferFeed feed, AddressFeed addresses, VitalsFeed vitals, Welcome welcome,
    TimeProvider timers)
{
    // One, and one that is just being made while nobody has noticed that the first is lost.
    private const int PerHost = 2;

    private readonly Lock _gate = new();
    private readonly LinkedList<(Client.Host Host, FramePump Pump)> _connections = [];

    /// <summary>Until it is lost.</summary>
    public async Task ServeAsync(LinkConnection connection, Hello hello, Client.Host host, CancellationToken cancellationToken)
    {
        await feed.WaitForFirstLookAsync(cancellationToken);
        TimeSpan? quiet = LinkPace.Agree(hello.Quiet, LinkTimers.MostQuiet);
        Welcome answer = welcome with
        {
            Epoch = hello.Epoch, Quiet = quiet ?? TimeSpan.Zero, Abilities = ServerAbilities.Resets,
        };
        await Handshake.WelcomeAsync(connection, answer, cancellationToken);
        var offers = new HostOffers(feed, busId => sessions.MayHave(busId, host));
        var howItIs = new HostVitals(vitals);
        var resets = new HostResets(requests, host, timers);
        var frames = new OfferFrames(() => offers.Current, () => addresses.Frame, () => howItIs.Current) { Asked = resets.Ask };
        var pump = new FramePump(connection, frames, timers, timers.GetTimestamp(), LinkPace.Answering(quiet));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using CancellationTokenRegistration end =
            over.Token.Register(() => pump.End(new LossCause(LossKind.Ended, "the export stops")));
        LinkedListNode<(Client.Host, FramePump)> node = Enter(host, pump);
        using IDisposable listening = vitals.Listen();
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        Task<LossCause> running = pump.RunAsync();
        Task resetting = resets.RunAsync(Answer, lost.Token);
        try
        {
            IReadOnlyList<Offer>? told = null;
            while (!running.IsCompleted && !resetting.IsCompleted)
            {
                Task sessionsChanged = sessions.WhenChangedAsync(), addressesChanged = addresses.WhenChangedAsync();
                Task vitalsChanged = vitals.WhenChangedAsync();
                pump.Send();
                await Task.WhenAny(feed.WhenChangedFrom(told), sessionsChanged, addressesChanged, vitalsChanged, resetting, running);
                told = feed.Current;
            }
        }
        finally
        {
            lock (_gate) _connections.Remove(node);
            pump.End(new LossCause(LossKind.Ended, "it ended"));
            await running;
            await lost.CancelAsync();
            await resetting;
        }

        void Answer(ResetAnswerFrame answered)
        {
            // It asks, and reads nothing of what it is told: it is not there any more.
            if (!frames.TryAnswer(answered)) pump.End(new LossCause(LossKind.Broken, "it takes no answers"));
            pump.Send();
        }
    }

    /// <summary>Hosts that are not let in any more are told so when they come back.</summary>
    public void EndAllBut(Predicate<Client.Host> allowed)
    {
        (Client.Host Host, FramePump Pump)[] connections;
        lock (_gate) connections = [.. _connections];
        foreach ((Client.Host host, FramePump pump) in connections)
        {
            if (!allowed(host)) pump.End(new LossCause(LossKind.Ended, "the host is not let in any more"));
        }
    }

    private LinkedListNode<(Client.Host Host, FramePump Pump)> Enter(Client.Host host, FramePump pump)
    {
        FramePump? oldest = null;
        LinkedListNode<(Client.Host Host, FramePump Pump)> node;
        lock (_gate)
        {
            if (_connections.Count(other => other.Host.Key == host.Key) >= PerHost)
                oldest = _connections.First(other => other.Host.Key == host.Key).Pump;
            node = _connections.AddLast((host, pump));
        }
        oldest?.End(new LossCause(LossKind.Ended, "a later connection of the same host came"));
        return node;
    }
}
