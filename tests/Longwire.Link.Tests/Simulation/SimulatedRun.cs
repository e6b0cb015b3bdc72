using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Simulation;

/// <summary>
/// One plan on a fake clock, from the first attempt to connect until all was delivered or the session is over at both ends.
/// </summary>
internal sealed class SimulatedRun
{
    private const int MostSteps = 20_000;

    private readonly Plan _plan;
    private readonly List<SimulatedConnection> _connections = [];
    private int _begun;
    private TimeSpan _now;

    public SimulatedRun(Plan plan)
    {
        _plan = plan;
        Client = new SimulatedClient(plan);
        Server = new SimulatedServer(plan);
    }

    public SimulatedClient Client { get; }

    public SimulatedServer Server { get; }

    /// <summary>What the first connection carried, if it was not cut.</summary>
    public (int ToServer, int ToClient) FirstCarried { get; private set; }

    public bool IsOver => Client.Session.State == LinkState.Ended && Server.Session.State == LinkState.Ended;

    private bool IsDone => IsOver || (!_plan.EndsAnyway && IsDelivered(Client) && IsDelivered(Server));

    public void Run()
    {
        for (int step = 0; !IsDone; step++)
        {
            if (step == MostSteps) Assert.Fail($"still not done: {Describe(Client.Session)}, {Describe(Server.Session)}");
            _now += TimeSpan.FromMilliseconds(1 + _plan.Random.Next(_plan.Random.Next(2) == 0 ? 20 : 300));
            Step();
        }
        Compare(Client, Server);
        Compare(Server, Client);
        Assert.Equal(_plan.EndsAnyway, IsOver);
        if (!IsOver) return;
        Assert.NotEqual(EndReason.None, Client.Session.EndReason);
        Assert.NotEqual(EndReason.None, Server.Session.EndReason);
    }

    private void Step()
    {
        if (_now >= _plan.NetworkDiesAt)
        {
            foreach (SimulatedConnection connection in _connections) connection.ToClient.LostAfter = connection.ToServer.LostAfter = 0;
        }
        if (_now >= _plan.ClientEndsAt) Client.Session.End(EndReason.Requested);
        if (_now >= _plan.ServerEndsAt) Server.Session.End(EndReason.SubjectGone);
        // Before the first welcome a server that restarted would be none the wiser.
        if (_now >= _plan.ServerRestartsAt && !Server.HasRestarted && Client.Welcomes > 0) Server.Restart();
        Client.Work(_now);
        Server.Work(_now);
        if (Client.TryConnect(_begun, _now) is { } begun)
        {
            _begun++;
            _connections.Add(begun);
        }
        for (int i = 0; i < _connections.Count; i++) Move(_connections[i]);
        _connections.RemoveAll(connection => !connection.ClientReads && !connection.ServerReads);
        Client.JudgeSilence(_now);
        Server.JudgeSilence(_now);
        Server.JudgeHold(_now);
        Client.Write(_now);
        Server.Write(_now);
        if (_begun == 1 && _connections.Count > 0) FirstCarried = (_connections[0].ToServer.Written, _connections[0].ToClient.Written);
    }

    private void Move(SimulatedConnection connection)
    {
        if (_now >= connection.ResetAt)
        {
            connection.ResetAt = null;
            connection.ToClient.LostAfter = connection.ToServer.LostAfter = 0;
            Client.GiveUp(connection);
            if (connection.ServerEpoch != 0) Server.GiveUp(connection);
        }
        bool toServer = connection.ToServer.Move(), toClient = connection.ToClient.Move();
        if (connection.ServerReads) Server.Read(connection, _now, toServer);
        if (connection.ClientReads) Client.Read(connection, _now, toClient);
    }

    private static string Describe(LinkSession session) => $"{session.State} with {session.OutgoingCount} to go";

    private static bool IsDelivered(SimulatedEnd end) => end.HasSentAll && end.Session.OutgoingCount == 0 && end.Session.Window is not null;

    // Once, in order, nothing that was taken back; and all of it, unless the session was over before.
    private void Compare(SimulatedEnd from, SimulatedEnd to)
    {
        int[] expected = [.. Enumerable.Range(0, from.Tickets.Count).Where(id => !from.Withdrawn.Contains(id))];
        Assert.Equal(IsOver ? expected.Take(to.Taken.Count) : expected, to.Taken);
        for (int i = 0; i < expected.Length; i++)
        {
            MessageFate fate = from.Session.FateOf(from.Tickets[expected[i]]);
            bool taken = i < to.Taken.Count;
            if (fate != MessageFate.Unknown && taken != (fate == MessageFate.Delivered))
                Assert.Fail($"message {expected[i]} is told as {fate}");
        }
    }
}
