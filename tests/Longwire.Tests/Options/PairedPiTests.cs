using Longwire.Link.Pairing;
using Longwire.Options;
using Longwire.UsbIp.Errors;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class PairedPiTests
{
    private static readonly KeyPin s_pin = new([.. Enumerable.Repeat((byte)7, KeyPin.Size)]);

    [Fact]
    public void With_a_code_the_address_may_be_left_out()
    {
        PiOptions pi = Pi($"pairing_code: {Code("192.168.0.10", "attic.local")}");

        Assert.Equal(("192.168.0.10", 4000), (pi.EndPoint.Host, pi.EndPoint.Port));
        Assert.Equal(("192.168.0.10", "192_168_0_10"), (pi.DisplayName, pi.Id[..12]));
        Assert.Equal(["192.168.0.10", "attic.local"], pi.Pairing!.Addresses);
        Assert.Equal(pi.Id, Pi("address: 192.168.0.10").Id);
    }

    [Fact]
    public void An_IPv6_address_of_a_code_is_shown_as_a_person_would_write_it()
    {
        PiOptions pi = Pi($"pairing_code: {Code("fd00::10")}");

        Assert.Equal(("[fd00::10]", "fd00::10", 4000), (pi.Address, pi.EndPoint.Host, pi.EndPoint.Port));
        Assert.Equal(pi.Id, Pi("address: '[fd00::10]'").Id);
    }

    [Theory]
    [InlineData("attic", "attic", 4000)]
    [InlineData("attic:5000", "attic", 5000)]
    [InlineData("'[fd00::7]'", "fd00::7", 4000)]
    public void An_address_that_is_written_counts_with_the_port_of_the_code_unless_it_has_one(string written, string host, int port)
    {
        PiOptions pi = Pi($"address: {written}, pairing_code: {Code("192.168.0.10")}");
        Assert.Equal((host, port), (pi.EndPoint.Host, pi.EndPoint.Port));
    }

    [Fact]
    public void A_name_decides_the_id_whatever_the_code_says()
    {
        Assert.Equal("attic", Pi($"name: attic, pairing_code: {Code("10.0.0.1")}").Id);
        Assert.Equal("attic", Pi($"name: attic, pairing_code: {Code("10.0.0.2")}").Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("' '")]
    [InlineData("null")]
    public void An_empty_code_is_none(string code)
    {
        PiOptions pi = Pi($"address: attic, pairing_code: {code}");
        Assert.Null(pi.Pairing);
        Assert.Equal(PiOptions.StockPort, pi.StockEndPoint.Port);
    }

    [Fact]
    public void A_code_over_several_lines_is_one()
    {
        string code = Code("fd00:1:2:3:4:5:6:7", "fd00:1:2:3:4:5:6:8", "fd00:1:2:3:4:5:6:9", "fd00:1:2:3:4:5:6:a", "attic.local");
        Assert.True(code.Length > OptionMap.LongestText);
        string lines = code.Replace("-", "-\n      ", StringComparison.Ordinal);
        LoadedOptions<AttachOptions> loaded = Read.Yaml($"pis:\n  - pairing_code: >-\n      {lines}");
        Assert.Empty(loaded.Problems);
        Assert.Equal("attic.local", loaded.Options.Pis[0].Pairing!.Addresses[^1]);
    }

    [Fact]
    public void A_paired_Pi_is_never_reached_in_clear() => Assert.Contains(
        "not reached unencrypted",
        Assert.Throws<UsbIpConnectException>(() => Pi($"address: attic, pairing_code: {Code("10.0.0.1")}").StockEndPoint).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Another_code_is_another_Pi_of_the_options_and_the_same_one_is_the_same()
    {
        string code = Code("10.0.0.1"), other = Code("10.0.0.1");
        Assert.NotEqual(code, other);

        PiOptions one = Pi($"name: attic, pairing_code: {code}"), same = Pi($"name: attic, pairing_code: {code.ToLowerInvariant()}");

        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(one, Pi($"name: attic, pairing_code: {other}"));
        Assert.NotEqual(one, Pi("name: attic, address: '10.0.0.1:4000'"));
    }

    [Fact]
    public void Two_codes_of_one_Pi_are_named()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml($$"""
            pis:
              - {name: attic, pairing_code: {{Code("10.0.0.1")}}}
              - {name: cellar, pairing_code: {{Code("10.0.0.2")}}}
            """);

        Assert.Equal("attic", Assert.Single(loaded.Options.Pis).Id);
        Assert.Contains("it is the same Pi", Assert.Single(loaded.Problems).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void No_part_of_a_code_is_in_any_problem_nor_in_the_text_of_the_options()
    {
        string code = Code("192.168.0.10");
        string secret = code[70..80];
        string[] spoilt = [code[..^1], code + "0", code.Replace('-', '?'), code[1..], code[..100], "LW2" + code[3..]];
        foreach (string bad in spoilt)
        {
            LoadedOptions<AttachOptions> loaded = Read.Yaml($"pis: [{{address: attic, pairing_code: '{bad}'}}, cellar]");
            Assert.Equal("pis[0].pairing_code", Assert.Single(loaded.Problems).Path);
            Assert.DoesNotContain(secret, loaded.Problems[0].ToString(), StringComparison.OrdinalIgnoreCase);
        }
        Assert.Contains(secret, code, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, Pi($"pairing_code: {code}").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_typo_in_a_code_leaves_the_paired_Pi_as_it_was_and_ends_one_that_was_reached_in_clear()
    {
        AttachOptions bad = Read.Yaml("pis: [{name: attic, address: 10.0.0.1, pairing_code: LW1-X}]").Options;
        AttachOptions paired = Read.Yaml($"pis: [{{name: attic, pairing_code: {Code("10.0.0.1")}}}]").Options;
        AttachOptions clear = Read.Yaml("pis: [{name: attic, address: 10.0.0.1}]").Options;

        Assert.Equal(paired.Pis, LastGoodEntries.Keep(bad, paired).Pis);
        Assert.Empty(LastGoodEntries.Keep(bad, clear).Pis);
    }

    [Fact]
    public void A_slip_in_the_address_beside_a_good_code_ends_what_was_reached_in_clear_too()
    {
        AttachOptions bad = Read.Yaml($"pis: [{{name: attic, address: 10.0.0., pairing_code: {Code("10.0.0.1")}}}]").Options;
        Assert.Empty(LastGoodEntries.Keep(bad, Read.Yaml("pis: [{name: attic, address: 10.0.0.1}]").Options).Pis);
    }

    /// <summary>A code on port 4000, with a token that no other has.</summary>
    internal static string Code(params string[] addresses) => new PairingCode(addresses, 4000, s_pin, PairingToken.Create()).Format();

    private static PiOptions Pi(string entry)
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml($"pis: [{{{entry}}}]");
        Assert.Empty(loaded.Problems);
        return Assert.Single(loaded.Options.Pis);
    }
}
