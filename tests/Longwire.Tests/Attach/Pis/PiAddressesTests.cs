using System.Net;
using System.Net.Sockets;
using Longwire.Attach.Pis;
using Xunit;

namespace Longwire.Tests.Attach.Pis;

/// <summary>Where a paired Pi is looked for, and in which order.</summary>
public sealed class PiAddressesTests
{
    private static readonly IPEndPoint s_written = IPEndPoint.Parse("10.0.0.1:3241");
    private static readonly IPEndPoint s_said = IPEndPoint.Parse("10.0.0.2:3241");
    private static readonly IPEndPoint s_last = IPEndPoint.Parse("10.0.0.3:3241");

    [Fact]
    public void Where_it_was_last_is_tried_in_between_all_others()
    {
        var addresses = new PiAddresses([new DnsEndPoint("10.0.0.1", 3241)], NoName) { Last = s_last, Said = [s_said, s_written] };
        Assert.Equal([s_last, s_written, s_last, s_said, s_last, s_written], Enumerable.Range(0, 6).Select(_ => addresses.Next()));
        Assert.Equal(4, addresses.Turns);
    }

    [Fact]
    public void A_Pi_whose_name_cannot_be_looked_up_is_tried_where_it_has_said_that_it_is()
    {
        var addresses = new PiAddresses([new DnsEndPoint("attic.local", 3241)], NoName) { Said = [s_said] };
        addresses.LookUp();
        addresses.LookUp();
        Assert.NotNull(addresses.Problem);
        Assert.Equal([s_said, s_said], [addresses.Next(), addresses.Next()]);
    }

    private static Task<IPAddress[]> NoName(string name) =>
        Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
}
