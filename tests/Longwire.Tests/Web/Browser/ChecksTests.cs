using Longwire.Doctor;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Playwright;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>How checks end that do not end well, by who looks at the page.</summary>
[Trait("needs", "chromium")]
public sealed class ChecksTests(Chromium chromium) : PageTest(chromium)
{
    [Fact]
    public async Task Checks_that_could_not_be_run_are_no_good_news()
    {
        Bench.DoctorLog.Expect("could not be run");
        Bench.Check = _ => throw new InvalidOperationException("a fault");
        IPage page = await CheckAsync();
        await page.GetByText("The checks could not be run: the log says why.").WaitForAsync();
        Assert.Equal(0, await page.GetByText("Nothing is wrong").CountAsync());
        Pages.AssertAllCameFrom(page);
    }

    [Fact]
    public async Task Who_waits_for_checks_that_hang_is_told_so()
    {
        // The server itself gives up on a round only when it stops.
        Bench.Check = async stop =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            return [];
        };
        Bench.Publish();
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await page.Clock.InstallAsync();
        await PressAsync(page);
        ILocator said = page.GetByText("The checks have not ended yet: something hangs. Press again later.");
        await Eventually.IsTrueAsync(
            async () =>
            {
                await page.Clock.RunForAsync(1000);
                return await said.IsVisibleAsync();
            },
            () => "the end of the wait");
    }

    [Fact]
    public async Task A_Longwire_that_was_started_anew_meanwhile_knows_of_no_checks()
    {
        var end = new TaskCompletionSource<IReadOnlyList<Finding>>();
        Bench.Check = _ => end.Task;
        IPage page = await CheckAsync();
        // As a program answers that has not run any.
        await page.RouteAsync(
            "**/api/doctor", route => route.FulfillAsync(new() { Body = """{"running":false,"at":null,"findings":[]}""" }));
        await page.GetByText("Longwire was started anew meanwhile: press again.").WaitForAsync();
        end.SetResult([]);
    }

    [Fact]
    public async Task A_Longwire_that_went_away_meanwhile_is_said_not_to_answer()
    {
        var end = new TaskCompletionSource<IReadOnlyList<Finding>>();
        Bench.Check = _ => end.Task;
        IPage page = await CheckAsync();
        await page.RouteAsync("**/api/doctor", route => route.AbortAsync());
        await page.GetByText("Longwire does not answer.").First.WaitForAsync();
        end.SetResult([]);
    }

    private async Task<IPage> CheckAsync()
    {
        Bench.Publish();
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await PressAsync(page);
        return page;
    }

    private static async Task PressAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Check now" }).ClickAsync();
        await page.GetByText("Checking…").WaitForAsync();
    }
}
