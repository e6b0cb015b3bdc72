using Xunit;

namespace Longwire.Lab;

/// <summary>
/// A test in the house. Afterwards the house is put back in order; if the test failed, everything that the guests said is shown with it.
/// </summary>
public abstract class LabTest(Home home) : IAsyncLifetime
{
    protected Home Home { get; } = home;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed) TestContext.Current.TestOutputHelper?.WriteLine(await Home.DescribeAsync());
        await Home.ResetAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Says something in the test's output: a measured time, a seed.</summary>
    protected static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}

/// <summary>
/// All tests share one house, one after the other. Two houses side by side would share two emulating cores, and what the tests
/// measure then is the other house.
/// </summary>
[CollectionDefinition(Name)]
public sealed class FirstHouse : ICollectionFixture<Home>
{
    public const string Name = "first house";
}
