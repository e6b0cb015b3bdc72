using System.Net;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class HostAddressTests
{
    [Theory]
    [InlineData("attic", "attic", 3240)]
    [InlineData("attic.lan:1", "attic.lan", 1)]
    [InlineData("attic.local.", "attic.local.", 3240)]
    [InlineData("my_pi-4", "my_pi-4", 3240)]
    [InlineData("192.168.0.10", "192.168.0.10", 3240)]
    [InlineData("192.168.0.10:65535", "192.168.0.10", 65535)]
    [InlineData("[::1]", "::1", 3240)]
    [InlineData("[fe80::1%eth0]:3250", "fe80::1%eth0", 3250)]
    [InlineData("0a.example", "0a.example", 3240)]
    public void A_name_an_address_or_an_address_in_brackets_with_or_without_port(string text, string host, int port)
    {
        Assert.Null(HostAddress.TryParse(text, 3240, out DnsEndPoint? endPoint));
        Assert.Equal(new DnsEndPoint(host, port), endPoint);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":3240")]
    [InlineData("::1")]
    [InlineData("[::1")]
    [InlineData("[]")]
    [InlineData("[attic]")]
    [InlineData("[1.2.3.4]")]
    [InlineData("[::1]3240")]
    [InlineData("[::1]:")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("attic:+1")]
    [InlineData("attic:65536")]
    [InlineData("attic..lan")]
    [InlineData("-attic")]
    [InlineData("user@attic")]
    [InlineData("dachboden-ä")]
    public void Anything_else_has_a_remedy(string text)
    {
        Assert.NotNull(HostAddress.TryParse(text, 3240, out DnsEndPoint? endPoint));
        Assert.Null(endPoint);
    }

    [Fact]
    public void A_name_longer_than_dns_allows_is_refused()
    {
        Assert.NotNull(HostAddress.TryParse(new string('a', 64), 1, out _));
        Assert.Null(HostAddress.TryParse(new string('a', 63), 1, out _));
        Assert.NotNull(HostAddress.TryParse(string.Join('.', Enumerable.Repeat("abc", 64)), 1, out _));
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("fd00::7", "fd00::7")]
    [InlineData("[FD00::0007]", "fd00::7")]
    [InlineData("10.0.0", null)]
    [InlineData("attic", null)]
    [InlineData("10.0.0.0/24", null)]
    [InlineData("", null)]
    public void A_client_is_named_by_its_address_alone(string text, string? address) =>
        Assert.Equal(address, HostAddress.ParseLiteral(text)?.ToString());
}
