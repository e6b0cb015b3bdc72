using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Playwright;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>Planned work on a Pi, by who looks at the page.</summary>
[Trait("needs", "chromium")]
public sealed class SilenceTests(Chromium chromium) : PageTest(chromium)
{
    [Fact]
    public async Task A_Pi_is_silenced_for_planned_work_which_the_page_says_until_that_is_done()
    {
        Bench.AddPi("attic");
        Bench.Publish(Some.Radio);
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Silence for an hour" }).ClickAsync();
        await Eventually.IsTrueAsync(() => Bench.OfPis.SequenceEqual([new PiCommand.Silence("attic", On: true)]), Told);
        Publish(until: TimeProvider.System.GetUtcNow().AddHours(1), Some.Radio with { Status = RadioStatus.PiUnreachable });
        await page.GetByText("Silent for planned work: attic").WaitForAsync();
        Assert.DoesNotContain("▲", await page.TitleAsync(), StringComparison.Ordinal);
        await OpenPages.AssertForAllAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "The work is done" }).ClickAsync();
        await Eventually.IsTrueAsync(() => Bench.OfPis.Contains(new PiCommand.Silence("attic", On: false)), Told);
        Publish(until: null, Some.Radio with { Status = RadioStatus.PiUnreachable });
        await page.GetByText("Look at attic").WaitForAsync();
        Pages.AssertAllCameFrom(page);
    }

    private string Told() => $"asked for: {string.Join(", ", Bench.OfPis)}";

    private void Publish(DateTimeOffset? until, RadioSnapshot radio) => Bench.Feed.Publish(
        new Snapshot(
            new BridgeSnapshot("a1", []) { RadiosAttached = 0, RadiosExpected = 1 },
            [Some.Pi with { SilencedUntil = until, Reachable = false }],
            [radio]),
        []);
}
