using Longwire.Link.Pairing;
using Xunit;

namespace Longwire.Link.Tests.Pairing;

public sealed class PairingCodeTests
{
    // A code that people have in their options: it must be read by every later release.
    internal const string Released =
        "LW1-1JMG6-20D28-BHR89-65CR3-AEHZ8-H4MWM-TRBNH-6EV3H-ESXR1-1CAHY-A9K7G-"
        + "11GBJ-4B9R8-D75JS-3FFA2-S16X6-0820M-0000Y-2P2X3-MD5HJ-N3KAN-W";

    private static readonly PairingCode s_code = new(
        ["192.168.0.10", "fd00::1:2", "attic.local"],
        3241,
        new KeyPin(Enumerable.Range(1, 32).Select(i => (byte)(i * 7)).ToArray()),
        new PairingToken(Enumerable.Range(1, 16).Select(i => (byte)(i * 13)).ToArray()));

    [Fact]
    public void A_code_is_read_as_it_was_written()
    {
        string text = s_code.Format();
        Assert.Matches("^LW1(-[0-9A-HJKMNP-TV-Z]{5})+(-[0-9A-HJKMNP-TV-Z]{1,4})?$", text);
        Same(s_code, Parse(text));
    }

    [Fact]
    public void A_code_holds_as_many_addresses_as_it_may_and_the_longest_name()
    {
        string name = string.Join('.', new string('a', 63), new string('b', 63));
        string[] addresses = [.. Enumerable.Range(0, 7).Select(i => $"2001:db8:1111:2222:3333:4444:5555:{i + 1}"), name];
        var code = new PairingCode(addresses, 65535, s_code.Pin, s_code.Token);
        Same(code, Parse(code.Format()));
        Assert.InRange(code.Format().Length, 1, PairingCode.MaxText);
    }

    [Fact]
    public void A_code_that_was_given_out_is_read_for_ever()
    {
        PairingCode code = Parse(Released);
        Assert.Equal(["10.0.0.7", "attic"], code.Addresses);
        Assert.Equal(3241, code.Port);
        Assert.Equal("03080d12171c2126", code.Pin.ToString());
        Assert.Equal(Released, code.Format());
    }

    [Fact]
    public void Small_letters_look_alikes_blanks_and_line_breaks_are_taken()
    {
        string text = s_code.Format();
        string copied = "  " + text.ToLowerInvariant()[..4] + text[4..].ToLowerInvariant()
            .Replace('0', 'o').Replace('1', 'l').Replace("-", " -\n", StringComparison.Ordinal) + "\n";
        Same(s_code, Parse(copied));
        Same(s_code, Parse("LW1 " + text[4..].Replace("-", "", StringComparison.Ordinal).Replace('1', 'I')));
    }

    [Fact]
    public void Every_wrong_missing_doubled_and_swapped_character_is_a_typo()
    {
        string text = s_code.Format();
        for (int i = 4; i < text.Length; i++)
        {
            if (text[i] == '-') continue;
            foreach (char other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
            {
                if (other != text[i]) Fault(PairingFault.Typo, text[..i] + other + text[(i + 1)..]);
            }
            Fault(PairingFault.Typo, text[..i] + text[(i + 1)..]);
            Fault(PairingFault.Typo, text[..i] + text[i] + text[i..]);
            if (i + 1 < text.Length && text[i + 1] != '-' && text[i + 1] != text[i])
                Fault(PairingFault.Typo, text[..i] + text[i + 1] + text[i] + text[(i + 2)..]);
        }
    }

    [Theory]
    [InlineData(null, PairingFault.NotACode, 0)]
    [InlineData("", PairingFault.NotACode, 0)]
    [InlineData("LW1", PairingFault.NotACode, 0)]
    [InlineData("192.168.0.10", PairingFault.NotACode, 0)]
    [InlineData("LW0-ABCDE", PairingFault.NotACode, 0)]
    [InlineData("LW2-ABCDE", PairingFault.LaterVersion, 0)]
    [InlineData("LW1-", PairingFault.Typo, 0)]
    [InlineData("LW1-ABCDE", PairingFault.Typo, 0)]
    [InlineData("LW1-ABCUE", PairingFault.OddCharacter, 8)]
    [InlineData("  LW1-AB€DE", PairingFault.OddCharacter, 9)]
    [InlineData("LW1-....", PairingFault.OddCharacter, 5)]
    public void What_is_wrong_is_told(string? text, PairingFault fault, int at)
    {
        Assert.False(PairingCode.TryParse(text, out PairingCode? code, out PairingFault found, out int foundAt));
        Assert.Null(code);
        Assert.Equal((fault, at), (found, foundAt));
    }

    [Fact]
    public void A_text_without_an_end_is_not_looked_at() =>
        Fault(PairingFault.NotACode, "LW1-" + new string('A', PairingCode.MaxText));

    [Fact]
    public void What_a_log_may_say_has_no_token_in_it()
    {
        Assert.Equal("LW1-… (192.168.0.10, fd00::1:2, attic.local, port 3241, key 070e151c232a3138)", s_code.ToString());
        Assert.Equal(s_code.ToString(), PairingCode.Mask(s_code.Format()));
        string typo = s_code.Format()[..^1];
        Assert.Equal($"(no pairing code, {typo.Length} characters)", PairingCode.Mask(typo));
        Assert.Equal("(no pairing code, 0 characters)", PairingCode.Mask(null));
        Assert.Equal("(token)", s_code.Token.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("-a")]
    [InlineData("a..b")]
    [InlineData("fe80::1%2")]
    [InlineData("[fd00::1]")]
    [InlineData("127.1")]
    [InlineData("küche")]
    public void An_address_that_no_code_can_hold_is_the_callers_mistake(string address) =>
        Assert.Throws<ArgumentException>(() => new PairingCode([address], 1, s_code.Pin, s_code.Token));

    [Fact]
    public void A_code_has_an_address_and_a_port()
    {
        Assert.Throws<ArgumentException>(() => new PairingCode([], 1, s_code.Pin, s_code.Token));
        Assert.Throws<ArgumentException>(() => new PairingCode(Enumerable.Repeat("a", 9), 1, s_code.Pin, s_code.Token));
        Assert.Throws<ArgumentException>(() => new PairingCode(["a"], 0, s_code.Pin, s_code.Token));
    }

    [Fact]
    public void Whatever_the_text_is_it_is_read_or_its_fault_is_told()
    {
        int[] faults = new int[Enum.GetValues<PairingFault>().Length];
        for (int seed = Seeds.First; seed < Seeds.First + 5000; seed++)
        {
            var random = new Random(seed);
            byte[] content = new byte[random.Next(120)];
            random.NextBytes(content);
            // Some are near to what is right, so that the content is looked at.
            if (content.Length > 51 && random.Next(2) == 0) content[50] = (byte)random.Next(4);
            if (content.Length > 52 && random.Next(2) == 0) content[51] = (byte)random.Next(3, 6);
            string text = PairingCodeText.Of(content);
            if (random.Next(4) == 0) text = text.Insert(random.Next(text.Length), ((char)random.Next(32, 255)).ToString());
            bool read = PairingCode.TryParse(text, out PairingCode? code, out PairingFault fault, out _);
            Assert.True(read == (fault == PairingFault.None) && read == code is not null, $"seed {seed}");
            if (read) Assert.True(code!.Addresses.Length > 0 && code.Port != 0, $"seed {seed}");
            faults[(int)fault]++;
        }
        Assert.True(
            faults[(int)PairingFault.None] > 0 && faults[(int)PairingFault.OddContent] > 0 && faults[(int)PairingFault.Typo] > 0,
            string.Join(' ', faults));
    }

    [Fact]
    public void What_a_later_release_puts_behind_the_addresses_is_not_looked_at()
    {
        byte[] content = [1, 2, .. new byte[32], .. new byte[16], 1, 4, 10, 0, 0, 1, 99, 98, 97];
        Assert.Equal(["10.0.0.1"], Parse(PairingCodeText.Of(content)).Addresses);
    }

    private static PairingCode Parse(string text)
    {
        Assert.True(PairingCode.TryParse(text, out PairingCode? code, out PairingFault fault, out int at), $"{fault} at {at}");
        return code!;
    }

    private static void Fault(PairingFault fault, string text)
    {
        Assert.False(PairingCode.TryParse(text, out _, out PairingFault found, out _), text);
        Assert.Equal(fault, found);
    }

    private static void Same(PairingCode expected, PairingCode code)
    {
        Assert.Equal(expected.Addresses, code.Addresses);
        Assert.Equal((expected.Port, expected.Pin, expected.Token), (code.Port, code.Pin, code.Token));
    }
}
