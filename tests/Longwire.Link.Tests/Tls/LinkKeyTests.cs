using System.Security.Cryptography;
using Longwire.Link.Tls;
using Xunit;

namespace Longwire.Link.Tests.Tls;

public sealed class LinkKeyTests
{
    [Fact]
    public void A_key_that_was_written_is_the_same_key_when_it_is_read()
    {
        using LinkKey key = LinkKey.Create();
        using LinkKey? again = LinkKey.FromPem(key.ToPem());
        Assert.Equal(key.Pin, again!.Pin);
        using LinkKey other = LinkKey.Create();
        Assert.NotEqual(key.Pin, other.Pin);
    }

    [Fact]
    public void Its_certificate_is_valid_whatever_the_clock_says()
    {
        using LinkKey key = LinkKey.Create();
        Assert.Equal(2000, key.Certificate.NotBefore.ToUniversalTime().Year);
        Assert.Equal(9999, key.Certificate.NotAfter.ToUniversalTime().Year);
    }

    [Theory]
    [InlineData("")]
    [InlineData("rubbish")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    public void What_is_no_key_is_none(string text) => Assert.Null(LinkKey.FromPem(text));

    [Fact]
    public void A_public_key_and_one_of_another_curve_are_none()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Null(LinkKey.FromPem(key.ExportSubjectPublicKeyInfoPem()));
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Null(LinkKey.FromPem(other.ExportPkcs8PrivateKeyPem()));
    }
}
