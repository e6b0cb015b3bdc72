using Longwire.Link.Liveness;
using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Simulation;

/// <summary>The end that accepts, keeps the session for a while, and may have forgotten it.</summary>
internal sealed class SimulatedServer(Plan plan) : SimulatedEnd(plan, plan.ServerMessages)
{
    private static readonly TimeSpan s_kept = TimeSpan.FromSeconds(20) + LinkTimers.KeptLonger;

    private readonly byte[] _verdict = new byte[Frame.MaxHandshakeLength];
    private TimeSpan _lastConnected;

    public bool HasRestarted { get; private set; }

    /// <summary>What it knew is gone, and so are its connections.</summary>
    public void Restart()
    {
        HasRestarted = true;
        Session.End(EndReason.Stopping);
        if (Current is not null) GiveUp(Current);
    }

    public void JudgeHold(TimeSpan now)
    {
        if (Session.State is LinkState.Connected) _lastConnected = now;
        if (now - _lastConnected >= s_kept) Session.End(EndReason.HoldExpired);
    }

    protected override uint EpochOf(SimulatedConnection connection) => connection.ServerEpoch;

    protected override Pipe Incoming(SimulatedConnection connection) => connection.ToServer;

    protected override Pipe Outgoing(SimulatedConnection connection) => connection.ToClient;

    protected override void StopReading(SimulatedConnection connection) => connection.ServerReads = false;

    protected override bool HasVerdict(SimulatedConnection connection) => connection.ServerEpoch != 0;

    protected override void TakeBeforeVerdict(SimulatedConnection connection, Frame frame, TimeSpan now)
    {
        Assert.Equal(FrameType.Hello, frame.Type);
        Hello hello = Hello.Parse(frame.Body);
        SettleKernel(now);
        connection.ServerEpoch = hello.Epoch;
        if (!Session.TryAccept(hello, new Welcome(), out Welcome welcome, out RefusalReason reason))
        {
            Say(connection, _verdict.AsSpan(0, new Refusal(ProtocolVersion.Current, reason).Write(_verdict)), now);
            connection.ServerReads = false;
            return;
        }
        Current = connection;
        Liveness = new ConnectionLiveness(now);
        Say(connection, _verdict.AsSpan(0, welcome.Write(_verdict)), now);
    }
}
