using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>A test of the page in a browser: the real server, and pages that are open on it.</summary>
public abstract class PageTest(Chromium chromium) : IClassFixture<Chromium>, IAsyncDisposable
{
    private protected WebBench Bench { get; } = new() { Clock = TimeProvider.System };

    private protected OpenPages Pages { get; } = new(chromium);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Pages.DisposeAsync();
        await Bench.DisposeAsync();
    }
}
