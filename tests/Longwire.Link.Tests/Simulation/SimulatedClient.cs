using Longwire.Link.Liveness;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Simulation;

/// <summary>The end that connects, again and again, until it is welcomed or told that the session is over.</summary>
internal sealed class SimulatedClient(Plan plan) : SimulatedEnd(plan, plan.ClientMessages)
{
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(20);

    private readonly byte[] _hello = new byte[Frame.MaxHandshakeLength];
    private SimulatedConnection? _attempt;
    private TimeSpan _nextAttempt, _lastConnected;

    public int Welcomes { get; private set; }

    /// <summary>Begins a connection if it is time for one.</summary>
    public SimulatedConnection? TryConnect(int number, TimeSpan now)
    {
        if (Session.State == LinkState.Connected) _lastConnected = now;
        bool stale = _attempt is not null && now - _attempt.Begun >= LinkTimers.Verdict;
        if (stale) GiveUp(_attempt!);
        if (Session.State is not (LinkState.New or LinkState.Lost or LinkState.Connecting) || now < _nextAttempt) return null;
        if (now - _lastConnected >= s_hold)
        {
            Session.End(EndReason.HoldExpired);
            return null;
        }
        // Now and then one begins though another has no verdict yet, and overtakes it.
        if (Session.State == LinkState.Connecting && !stale && Plan.Random.Next(4) != 0) return null;
        _nextAttempt = now + LinkTimers.BetweenAttempts;
        SettleKernel(now);
        _attempt = Plan.Connection(number, now);
        Hello hello = Session.Connect(new Hello());
        _attempt.ClientEpoch = hello.Epoch;
        Say(_attempt, _hello.AsSpan(0, hello.Write(_hello)), now);
        return _attempt;
    }

    protected override uint EpochOf(SimulatedConnection connection) => connection.ClientEpoch;

    protected override Pipe Incoming(SimulatedConnection connection) => connection.ToClient;

    protected override Pipe Outgoing(SimulatedConnection connection) => connection.ToServer;

    protected override void StopReading(SimulatedConnection connection) => connection.ClientReads = false;

    protected override bool HasVerdict(SimulatedConnection connection) => connection.IsWelcome;

    protected override void TakeBeforeVerdict(SimulatedConnection connection, Frame frame, TimeSpan now)
    {
        if (frame.Type == FrameType.Refusal)
        {
            // That a later connection of ours came first is no news.
            if (Refusal.Parse(frame.Body).Reason == RefusalReason.UnknownSession) Session.End(EndReason.UnknownSession);
            else GiveUp(connection);
            return;
        }
        Assert.Equal(FrameType.Welcome, frame.Type);
        connection.IsWelcome = true;
        if (!Session.TryWelcome(Welcome.Parse(frame.Body))) return;
        Welcomes++;
        Current = connection;
        Liveness = new ConnectionLiveness(now);
    }
}
