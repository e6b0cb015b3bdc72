using Longwire.Export;
using Longwire.Export.Reconciling;
using Longwire.Platform;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

public sealed class RecoveriesTests
{
    private readonly FakeTimeProvider _time = new();

    /// <summary>How long a stick is well after each recovery, and how many recoveries of an hour that leaves at most.</summary>
    [Theory]
    [InlineData(0, 130)]
    [InlineData(1, 130)]
    [InlineData(10, 100)]
    [InlineData(59, 60)]
    [InlineData(60, 60)]
    [InlineData(600, 6)]
    public void A_stick_that_falls_ill_again_and_again_is_recovered_ever_more_rarely(int wellFor, int most)
    {
        Recoveries recoveries = New();
        long start = _time.GetTimestamp();
        int count = 0;
        while (_time.GetElapsedTime(start) < TimeSpan.FromHours(1))
        {
            if (recoveries.PauseBeforeNext() is var pause && pause > TimeSpan.Zero)
            {
                Assert.InRange(wellFor, 0, ExportTimers.RecoveryLasts.TotalSeconds - 1);
                _time.Advance(pause);
            }
            Assert.Equal(TimeSpan.Zero, recoveries.PauseBeforeNext());
            recoveries.Begins();
            count++;
            _time.Advance(TimeSpan.FromSeconds(wellFor));
        }
        Assert.InRange(count, 1, most);
    }

    [Fact]
    public void The_first_error_is_no_reason_to_wait() => Assert.Equal(TimeSpan.Zero, New().PauseBeforeNext());

    [Fact]
    public void A_new_stick_begins_without_a_past()
    {
        Recoveries recoveries = New();
        recoveries.Begins();
        recoveries.Forget();
        Assert.Equal(TimeSpan.Zero, recoveries.PauseBeforeNext());
    }

    private Recoveries New() => new(new Backoff(ExportTimers.RetryFirst, ExportTimers.RetryCap, new Random(1)), _time);
}
