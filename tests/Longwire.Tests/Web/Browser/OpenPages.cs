using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Playwright;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>Pages in a browser, what they have asked for, and what they complained of.</summary>
internal sealed class OpenPages(Chromium chromium) : IAsyncDisposable
{
    private readonly List<string> _asked = [];
    private readonly List<string> _complaints = [];
    private readonly List<IBrowserContext> _contexts = [];

    public async ValueTask DisposeAsync()
    {
        foreach (IBrowserContext context in _contexts) await context.DisposeAsync();
    }

    public async Task<IPage> OpenAsync(Uri address, BrowserNewContextOptions? options = null)
    {
        IBrowserContext context = await chromium.Browser.NewContextAsync(options);
        _contexts.Add(context);
        context.SetDefaultTimeout(20_000);
        IPage page = await context.NewPageAsync();
        page.Request += (_, request) => { lock (_asked) _asked.Add(request.Url); };
        page.Dialog += (_, dialog) => { lock (_complaints) _complaints.Add($"a dialog: {dialog.Message}"); };
        page.PageError += (_, error) => { lock (_complaints) _complaints.Add(error); };
        await page.GotoAsync(address.ToString());
        return page;
    }

    /// <summary>Nothing was asked of anybody else, and nothing went wrong.</summary>
    public void AssertAllCameFrom(IPage page)
    {
        string origin = new Uri(page.Url).GetLeftPart(UriPartial.Authority);
        // What the page has made itself, to be saved, is no request.
        lock (_asked) Assert.All(
            _asked.Where(url => !url.StartsWith("blob:" + origin, StringComparison.Ordinal)),
            url => Assert.StartsWith(origin + "/", url, StringComparison.Ordinal));
        lock (_complaints) Assert.Empty(_complaints);
    }

    /// <summary>Nothing that is seen now keeps anybody from using it.</summary>
    public static async Task AssertForAllAsync(IPage page)
    {
        AxeResult result = await page.RunAxe();
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.Select(Told)));
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"), "it scrolls sideways");
    }

    private static string Told(AxeResultItem violation) =>
        $"{violation.Id}: {violation.Help}: {string.Join(" ", violation.Nodes.Select(node => node.Html))}";

    /// <summary>By Tab alone, as long as it takes.</summary>
    public static async Task TabToAsync(IPage page, ILocator what)
    {
        await what.WaitForAsync();
        for (int i = 0; i < 60 && !await IsFocusedAsync(what); i++) await page.Keyboard.PressAsync("Tab");
        Assert.True(await IsFocusedAsync(what), "it cannot be reached by Tab");
    }

    /// <summary>Whoever works by keyboard goes on here.</summary>
    public static Task FocusedAsync(ILocator what) => Eventually.IsTrueAsync(() => IsFocusedAsync(what), () => "the focus");

    private static Task<bool> IsFocusedAsync(ILocator what) => what.EvaluateAsync<bool>("node => node === document.activeElement");
}
