using Longwire.Link.Pairing;
using Longwire.Link.Wire;
using Xunit;
using static Longwire.Tests.Export.Link.PiWithHosts;

namespace Longwire.Tests.Export.Link;

/// <summary>A token lasts 24 h, on machines whose clock may be anything.</summary>
public sealed class TokenAgeTests : IDisposable
{
    private const double Day = 86400;

    private readonly PiWithHosts _pi = new();

    public void Dispose() => _pi.Dispose();

    [Theory]
    [InlineData(Day - 1, RefusalReason.None)]
    [InlineData(Day + 1, RefusalReason.TokenSpent)]
    public void Within_one_boot_the_time_since_the_boot_counts_and_no_clock_that_jumps(double later, RefusalReason expected)
    {
        PairingToken token = _pi.Pair();
        _pi.Boot("one boot", 100 + later);
        // From 1970 to today, as when the time server is first heard.
        _pi.Time.Advance(TimeSpan.FromDays(20000));

        Assert.Equal(expected, _pi.Export.Judge(Key(1), token, null));
    }

    [Theory]
    [InlineData(Day - 1, RefusalReason.None)]
    [InlineData(Day + 1, RefusalReason.TokenSpent)]
    public void After_another_boot_the_clock_counts(double later, RefusalReason expected)
    {
        PairingToken token = _pi.Pair();
        _pi.Boot("another boot", 5);
        _pi.Time.Advance(TimeSpan.FromSeconds(later));

        Assert.Equal(expected, _pi.Export.Judge(Key(1), token, null));
    }

    [Fact]
    public void After_another_boot_a_clock_that_stands_before_its_making_has_been_set_back_and_the_token_is_old()
    {
        PairingToken token = _pi.Pair();
        _pi.Boot("another boot", 5);
        _pi.Time.AdjustTime(DateTimeOffset.UnixEpoch);

        Assert.Equal(RefusalReason.TokenSpent, _pi.Export.Judge(Key(1), token, null));
        Assert.NotEqual(token, _pi.Pair());
    }

    [Fact]
    public void A_time_since_the_boot_that_went_back_makes_it_old_too()
    {
        PairingToken token = _pi.Pair();
        _pi.Boot("one boot", 99);

        Assert.Equal(RefusalReason.TokenSpent, _pi.Export.Judge(Key(1), token, null));
    }

    [Fact]
    public void Without_a_boot_id_the_clock_counts()
    {
        _pi.Boot("", 100);
        PairingToken token = _pi.Pair();
        _pi.Boot("", 200);
        _pi.Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(RefusalReason.TokenSpent, _pi.Export.Judge(Key(1), token, null));
    }
}
