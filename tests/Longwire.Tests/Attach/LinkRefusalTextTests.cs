using Longwire.Attach;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Tests.Attach;

public sealed class LinkRefusalTextTests
{
    [Theory]
    [InlineData(RefusalReason.NotEnrolled, "does not know this host", "longwire pair")]
    [InlineData(RefusalReason.UnknownToken, "printed another one since", "longwire pair")]
    [InlineData(RefusalReason.TokenSpent, "older than 24 h", "longwire pair")]
    [InlineData(RefusalReason.Revoked, "has revoked this host", "link-key.pem")]
    [InlineData(RefusalReason.TooManyKeys, "as many hosts", "longwire pair --revoke")]
    [InlineData(RefusalReason.UnknownPurpose, "earlier Longwire", "update Longwire on the Pi")]
    [InlineData(RefusalReason.UnknownSession, "started anew", "by itself")]
    [InlineData(RefusalReason.UnknownSubject, "no such stick", "unplugged")]
    [InlineData(RefusalReason.InUse, "another host has", "detach it there")]
    [InlineData(RefusalReason.Superseded, "with the key of this one", "pair it anew")]
    [InlineData(RefusalReason.TakenOver, "while this one was away", "press Take over")]
    [InlineData(RefusalReason.OldEpoch, "newer connection", "not needed")]
    [InlineData(RefusalReason.ProtocolError, "do not agree", "report it")]
    [InlineData(RefusalReason.Stopping, "export stops", "by itself")]
    public void Each_refusal_says_what_it_means_and_what_to_do(RefusalReason reason, string meaning, string remedy)
    {
        string text = LinkRefusalText.Of(reason, ProtocolVersion.Current);
        Assert.Contains(meaning, text, StringComparison.Ordinal);
        Assert.Contains(remedy, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "on this host")]
    [InlineData(0, "on the Pi")]
    public void Another_major_names_the_side_to_update(ushort major, string side) => Assert.EndsWith(
        $"update Longwire {side}", LinkRefusalText.Of(RefusalReason.OtherMajor, new ProtocolVersion(major, 0)), StringComparison.Ordinal);

    [Fact]
    public void A_wrong_pin_warns_before_it_names_the_new_code()
    {
        Assert.Contains("new identity", LinkRefusalText.WrongPin, StringComparison.Ordinal);
        Assert.Contains("longwire pair", LinkRefusalText.WrongPin, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_of_a_later_release_is_told_by_its_number() =>
        Assert.Contains("(77)", LinkRefusalText.Of((RefusalReason)77, ProtocolVersion.Current), StringComparison.Ordinal);

    [Fact]
    public void No_two_reasons_share_a_sentence_and_none_is_left_out()
    {
        string[] texts =
        [
            .. Enum.GetValues<RefusalReason>().Where(reason => reason != RefusalReason.None)
                .Select(reason => LinkRefusalText.Of(reason, ProtocolVersion.Current)),
        ];
        Assert.Equal(texts, texts.Distinct());
        Assert.All(texts, text => Assert.DoesNotContain("not known here", text, StringComparison.Ordinal));
    }
}
