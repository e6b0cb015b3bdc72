using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Longwire.Link.Pairing;
using Xunit;

namespace Longwire.Link.Tests.Pairing;

public sealed class KeyPinTests
{
    // A key of RFC 6979, A.2.5 (P-256), and what `openssl dgst -sha256` says of its SubjectPublicKeyInfo.
    private const string Spki = "3059301306072a8648ce3d020106082a8648ce3d030107034200"
        + "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

    private const string Pin = "5a7a78cca4a0f420d9bc62bb669c3c2759e39f723d3ae10dcbe0f0815a07ecd4";

    [Fact]
    public void A_pin_is_the_hash_of_the_key_as_others_compute_it()
    {
        byte[] spki = Convert.FromHexString(Spki);
        Assert.True(KeyPin.TryCreate(spki, out KeyPin pin));
        byte[] bytes = new byte[KeyPin.Size];
        pin.Write(bytes);
        Assert.Equal(Pin, Convert.ToHexStringLower(bytes));
        Assert.Equal(pin, new KeyPin(bytes));
        Assert.Equal(Pin[..16], pin.ToString());
    }

    [Fact]
    public void The_certificate_around_the_key_has_no_meaning()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] spki = key.ExportSubjectPublicKeyInfo();
        Assert.True(KeyPin.TryCreate(spki, out KeyPin pin));
        foreach (int year in (ReadOnlySpan<int>)[1970, 2040])
        {
            var request = new CertificateRequest($"CN={year}", key, HashAlgorithmName.SHA256);
            var from = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using X509Certificate2 certificate = request.CreateSelfSigned(from, from.AddYears(1));
            Assert.True(KeyPin.TryCreate(certificate, out KeyPin found));
            Assert.Equal(pin, found);
        }
    }

    [Fact]
    public void Any_other_kind_of_key_has_no_pin()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.False(KeyPin.TryCreate(p384.ExportSubjectPublicKeyInfo(), out _));
        using var rsa = RSA.Create(2048);
        Assert.False(KeyPin.TryCreate(rsa.ExportSubjectPublicKeyInfo(), out _));
        byte[] spki = Convert.FromHexString(Spki);
        Assert.False(KeyPin.TryCreate(spki.AsSpan(0, spki.Length - 1), out _));
        Assert.False(KeyPin.TryCreate([.. spki, 0], out _));
        Assert.False(KeyPin.TryCreate([], out _));
        for (int i = 0; i < 27; i++)
        {
            byte[] other = [.. spki];
            other[i] ^= 1;
            Assert.False(KeyPin.TryCreate(other, out _));
        }
    }

    [Fact]
    public void A_pin_and_a_token_have_their_length()
    {
        Assert.Throws<ArgumentException>(() => new KeyPin(new byte[31]));
        Assert.Throws<ArgumentException>(() => new PairingToken(new byte[17]));
    }

    [Fact]
    public void Two_tokens_are_the_same_if_all_their_bytes_are()
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        var token = new PairingToken(bytes);
        Assert.Equal(token, new PairingToken(bytes));
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] other = [.. bytes];
            other[i] ^= 0x80;
            Assert.NotEqual(token, new PairingToken(other));
        }
        Assert.NotEqual(PairingToken.Create(), PairingToken.Create());
    }
}
