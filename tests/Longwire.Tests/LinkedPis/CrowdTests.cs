using System.Net;
using System.Net.Sockets;
using Longwire.Export.Link;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>Many who connect and say nothing, or half of what they have to say.</summary>
public sealed class CrowdTests
{
    private const int Crowd = 1000;

    // What a TLS client says first, cut short: a record of 512 bytes is announced.
    private static readonly byte[] s_halfAHandshake = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03];

    [Fact]
    public async Task A_thousand_silent_connections_from_one_address_keep_no_owner_out_and_no_radio_waiting()
    {
        await using var pi = new LinkedPi();
        using var owner = new RawHost(pi);
        await pi.PlugAsync();
        await owner.EnrolAsync();
        await using var session = new RawSession(owner, owner.Hello);
        await session.OpenAsync();
        await session.SpeakAsync();
        int port = await pi.PortAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(RawHost.Cancelled);
        var crowd = new List<Socket>();
        Task crowding = CrowdAsync(crowd, port, enough.Token);
        try
        {
            do
            {
                await session.SpeakAsync();
                await session.ConnectAsync();
            }
            while (!crowding.IsCompleted);
            await crowding;
            await session.SpeakAsync();
            Assert.Equal(1, pi.Imports);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAny(crowding);
            crowd.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public void Of_one_network_four_stay_of_all_thirty_two_and_the_newest_is_never_the_one_to_go()
    {
        var unproven = new UnprovenConnections(inAll: 32, perNetwork: 4);
        var open = new List<int>();
        var random = new Random(1);
        var networks = new Dictionary<int, int>();
        for (int i = 0; i < 5000; i++)
        {
            int one = i, network = random.Next(4) == 0 ? random.Next(200) : 0;
            networks[one] = network;
            unproven.Enter(Address(network, random), () => open.Remove(one));
            open.Add(one);
            Assert.Equal(one, open[^1]);
            Assert.InRange(open.Count, 1, 32);
            Assert.InRange(open.Count(other => networks[other] == network), 1, 4);
        }
        Assert.Equal(32, open.Count);
    }

    // Of IPv6 a /64, in which every machine has as many addresses as it likes.
    private static IPAddress Address(int network, Random random)
    {
        if (network % 2 == 0) return new IPAddress([10, 0, 0, (byte)network]);
        byte[] bytes = new byte[16];
        random.NextBytes(bytes.AsSpan(8));
        (bytes[0], bytes[7]) = (0xFD, (byte)network);
        return new IPAddress(bytes);
    }

    private static async Task CrowdAsync(List<Socket> crowd, int port, CancellationToken enough)
    {
        for (int i = 0; i < Crowd; i++)
        {
            enough.ThrowIfCancellationRequested();
            Socket socket = await RawHost.DialAsync(port, IPAddress.Parse("127.0.0.2"));
            crowd.Add(socket);
            if (i % 2 == 0) await socket.SendAsync(s_halfAHandshake, enough);
        }
    }
}
