namespace Longwire.Link.Tests.Simulation;

/// <summary>What goes wrong in one run.</summary>
internal sealed class Plan
{
    private readonly Random _random;

    public Plan(int seed)
    {
        Seed = seed;
        _random = new Random(seed);
        Faults = _random.Next(5);
        ClientMessages = _random.Next(25);
        ServerMessages = _random.Next(25);
        LongestMessage = _random.Next(4) == 0 ? 4096 : 60;
        Slowness = _random.Next(3) * 30;
        Withdraws = _random.Next(3) == 0;
        TimeSpan moment = TimeSpan.FromMilliseconds(_random.Next(15_000));
        switch (_random.Next(8))
        {
            case 0:
                ClientEndsAt = moment;
                break;
            case 1:
                ServerEndsAt = moment;
                break;
            case 2:
                ServerRestartsAt = moment;
                break;
            case 3:
                NetworkDiesAt = moment;
                break;
            default:
                break;
        }
        if (_random.Next(16) == 0) ServerEndsAt = ClientEndsAt;
    }

    public int Seed { get; }

    public Random Random => _random;

    /// <summary>How many connections go wrong before they go well.</summary>
    public int Faults { get; init; }

    public int ClientMessages { get; init; }

    public int ServerMessages { get; init; }

    public int LongestMessage { get; init; }

    public int Slowness { get; init; }

    public bool Withdraws { get; init; }

    public TimeSpan? ClientEndsAt { get; init; }

    public TimeSpan? ServerEndsAt { get; init; }

    public TimeSpan? ServerRestartsAt { get; init; }

    /// <summary>No connection goes well from then on.</summary>
    public TimeSpan? NetworkDiesAt { get; init; }

    /// <summary>Of the first connection, where each direction is cut; null to leave that to chance.</summary>
    public (int ToServer, int ToClient)? FirstCut { get; init; }

    public bool EndsAnyway => (ClientEndsAt ?? ServerEndsAt ?? ServerRestartsAt ?? NetworkDiesAt) is not null;

    public SimulatedConnection Connection(int number, TimeSpan now)
    {
        var connection = new SimulatedConnection(_random, now);
        connection.ToServer.Slowness = connection.ToClient.Slowness = Slowness;
        if (number == 0 && FirstCut is { } cut) (connection.ToServer.LostAfter, connection.ToClient.LostAfter) = cut;
        else if (number < Faults) Spoil(connection, now);
        if (now >= NetworkDiesAt) connection.ToServer.LostAfter = connection.ToClient.LostAfter = 0;
        return connection;
    }

    private void Spoil(SimulatedConnection connection, TimeSpan now)
    {
        int kind = _random.Next(6);
        if (kind is 0 or 1) connection.ToServer.LostAfter = _random.Next(_random.Next(2) == 0 ? 100 : 1500);
        if (kind is 0 or 2) connection.ToClient.LostAfter = _random.Next(_random.Next(2) == 0 ? 100 : 1500);
        if (kind is 3 or 4) connection.ResetAt = now + TimeSpan.FromMilliseconds(_random.Next(4000));
        if (kind is 5) connection.ToServer.LostAfter = connection.ToClient.LostAfter = 0;
        if (kind is 4) connection.ToClient.Slowness = connection.ToServer.Slowness = 90;
    }
}
