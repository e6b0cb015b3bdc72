using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Longwire.Link.Wire;
using Xunit;
using static Longwire.Tests.Export.Link.PiWithHosts;

namespace Longwire.Tests.Export.Link;

public sealed class EnrolmentTests : IDisposable
{
    private readonly PiWithHosts _pi = new();

    public void Dispose() => _pi.Dispose();

    [Fact]
    public void Nobody_is_let_in_without_a_token_or_with_one_that_was_never_given_out()
    {
        Assert.Equal(RefusalReason.NotEnrolled, _pi.Export.Judge(Key(1), null, "house"));
        Assert.Equal(RefusalReason.UnknownToken, _pi.Export.Judge(Key(1), PairingToken.Create(), "house"));
        _pi.Pair();
        Assert.Equal(RefusalReason.UnknownToken, _pi.Export.Judge(Key(1), PairingToken.Create(), "house"));
        Assert.False(_pi.Export.IsEnrolled(Key(1)));
    }

    [Fact]
    public void A_token_enrols_one_key_which_needs_it_no_more_and_is_known_after_a_restart()
    {
        PairingToken token = _pi.Pair();

        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), token, "house"));
        Assert.Equal(RefusalReason.TokenSpent, _pi.Export.Judge(Key(2), token, "other"));
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), null, "house"));
        Assert.Equal(RefusalReason.None, _pi.NewExport().Judge(Key(1), null, "house"));
        Assert.True(_pi.NewExport().IsEnrolled(Key(1)));
        KnownHost host = Assert.Single(_pi.Store.Read().Enrolled);
        Assert.Equal(("house", _pi.Time.GetUtcNow()), (host.Name, host.Since));
    }

    [Fact]
    public void An_enrolled_key_does_not_spend_the_token_that_it_sends_along()
    {
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), _pi.Pair(), "house"));
        PairingToken second = _pi.Pair();

        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), second, "house"));
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), PairingToken.Create(), "house"));

        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(2), second, "other"));
    }

    [Fact]
    public void A_token_that_was_printed_later_voids_the_one_before()
    {
        PairingToken first = _pi.Pair();
        Assert.Equal(first, _pi.Pair());
        PairingToken second = _pi.Pair(another: true);

        Assert.Equal(RefusalReason.UnknownToken, _pi.Export.Judge(Key(1), first, null));
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), second, null));
    }

    [Fact]
    public void A_revoked_key_stays_out_for_good_and_its_revocation_voids_the_open_token()
    {
        _pi.Export.Judge(Key(1), _pi.Pair(), "house");
        PairingToken open = _pi.Pair();
        Assert.True(_pi.Export.IsEnrolled(Key(1)));

        _pi.Revoke(Key(1));

        Assert.False(_pi.Export.IsEnrolled(Key(1)));
        Assert.Equal(RefusalReason.Revoked, _pi.Export.Judge(Key(1), null, "house"));
        Assert.Equal(RefusalReason.Revoked, _pi.Export.Judge(Key(1), open, "house"));
        Assert.Equal(RefusalReason.UnknownToken, _pi.Export.Judge(Key(2), open, "house"));
        Assert.Equal(RefusalReason.Revoked, _pi.Export.Judge(Key(1), _pi.Pair(), "house"));
    }

    [Fact]
    public void No_more_than_32_keys_are_enrolled_and_a_revoked_one_makes_room()
    {
        for (byte one = 1; one <= EnrolmentRules.MostKeys; one++)
            Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(one), _pi.Pair(), null));
        PairingToken token = _pi.Pair();

        Assert.Equal(RefusalReason.TooManyKeys, _pi.Export.Judge(Key(100), token, null));
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(7), token, null));

        _pi.Revoke(Key(7));
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(100), _pi.Pair(), null));
    }

    [Fact]
    public void A_name_is_kept_as_a_person_can_read_it()
    {
        _pi.Export.Judge(Key(1), _pi.Pair(), "ho\u001b[31muse\n" + new string('x', 100));
        _pi.Export.Judge(Key(2), _pi.Pair(), "\n");

        Assert.Equal(64, _pi.Store.Read().Enrolled[0].Name!.Length);
        Assert.StartsWith("ho[31muse", _pi.Store.Read().Enrolled[0].Name, StringComparison.Ordinal);
        Assert.Null(_pi.Store.Read().Enrolled[1].Name);
    }

    [Fact]
    public void With_nobody_left_every_host_must_come_with_a_new_token()
    {
        _pi.Export.Judge(Key(1), _pi.Pair(), null);
        _pi.Store.Change(file => file.WithNobody());

        Assert.Equal(RefusalReason.NotEnrolled, _pi.Export.Judge(Key(1), null, null));
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), _pi.Pair(), null));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Exports_that_race_for_one_token_enrol_one_key(int round)
    {
        PairingToken token = _pi.Pair();
        using var start = new Barrier(8);
        RefusalReason[] reasons = await Task.WhenAll(Enumerable.Range(1, 8).Select(one => Task.Factory.StartNew(
            () =>
            {
                Enrolment export = _pi.NewExport();
                start.SignalAndWait();
                return export.Judge(Key((byte)one), token, $"round {round}");
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Single(reasons, RefusalReason.None);
        Assert.All(reasons, reason => Assert.True(reason is RefusalReason.None or RefusalReason.TokenSpent, $"{reason}"));
        Assert.Single(_pi.Store.Read().Enrolled);
    }

    [Fact]
    public async Task An_enrolment_and_a_revocation_at_once_both_count()
    {
        _pi.Export.Judge(Key(1), _pi.Pair(), null);
        for (byte one = 2; one < 12; one++)
        {
            byte key = one;
            PairingToken token = _pi.Pair();
            using var start = new Barrier(2);
            var revoking = Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    _pi.Revoke(Key((byte)(key - 1)));
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            start.SignalAndWait(TestContext.Current.CancellationToken);
            RefusalReason reason = _pi.Export.Judge(Key(key), token, null);
            await revoking;

            Assert.False(_pi.Export.IsEnrolled(Key((byte)(key - 1))));
            Assert.Equal(reason == RefusalReason.None, _pi.Export.IsEnrolled(Key(key)));
            if (reason != RefusalReason.None) Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(key), _pi.Pair(), null));
        }
        Assert.Equal(10, _pi.Store.Read().Barred.Length);
    }
}
