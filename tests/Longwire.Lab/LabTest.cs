using Longwire.Lab.Machines;
using Longwire.Testing;
using Xunit;

namespace Longwire.Lab;

/// <summary>
/// A test in the house. Afterwards the house is put back in order; if the test failed, everything that the guests said is shown with it.
/// </summary>
public abstract class LabTest(Home home) : IAsyncLifetime
{
    // Docker's and the Supervisor's.
    private static readonly TimeSpan s_stopTimeOut = TimeSpan.FromSeconds(10);

    protected Home Home { get; } = home;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <inheritdoc cref="Deadlines.Patience"/>
    protected static TimeSpan Patience => Deadlines.Patience;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(await Home.DescribeAsync());
        }
        await Home.ResetAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Holds a measured time to a promise. If it took longer, the guest is asked how slow the test machine makes it now: what is promised
    /// is stretched by that, or by how crowded it was in the last minute, and no more, and the test's output says so.
    /// </summary>
    /// <param name="took">On the clock of the guest; a little below zero where the moments were read on different clocks.</param>
    protected async Task KeepsPromiseAsync(TimeSpan took, TimeSpan promised, Guest guest)
    {
        Assert.InRange(took, TimeSpan.FromSeconds(-1), TimeSpan.MaxValue);
        if (took <= promised) return;
        (double crowded, double pace) = (Pace.OfTheLastMinute(), await Home.PaceOfAsync(guest));
        Say($"{took.TotalSeconds:0.000} s where {promised.TotalSeconds:0.0} s are promised: {guest.Name} is {pace:0.00} times slower than "
            + $"the machine that it is promised for, and in the last minute {crowded:0.00} wanted each processor");
        Assert.InRange(took, TimeSpan.FromSeconds(-1), promised * Math.Clamp(Math.Max(pace, crowded), 1, Pace.Slowest));
    }

    /// <summary>Stops a program as Docker, systemd and the Supervisor do: they kill it if it has not ended in time.</summary>
    protected async Task<int?> StopsInTimeAsync(Guest guest, Func<Task<int?>> stop)
    {
        TimeSpan asked = guest.Now;
        int? code = await stop();
        await KeepsPromiseAsync(guest.Now - asked, s_stopTimeOut, guest);
        return code;
    }

    /// <summary>Says something in the test's output: a measured time, a seed.</summary>
    protected static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}

/// <summary>
/// What is promised in seconds, and whatever else a guest needs a long time for itself. The tests of one house run one after the other,
/// those of the two side by side: a house waits half of its time, for a Pi that falls silent or a port that settles. What a test measures
/// is held against the pace that the other house leaves it.
/// </summary>
[CollectionDefinition(Name)]
public sealed class FirstHouse : ICollectionFixture<Home>
{
    public const string Name = "first house";
}

/// <summary>
/// What promises nothing in seconds: the image in all its roles, the Debian package, other servers, and what is done fifty times. Neither
/// house is to take much longer than the other.
/// </summary>
[CollectionDefinition(Name)]
public sealed class SecondHouse : ICollectionFixture<Home>
{
    public const string Name = "second house";
}
