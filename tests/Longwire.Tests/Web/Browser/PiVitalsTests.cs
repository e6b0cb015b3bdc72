using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Microsoft.Playwright;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>How a Pi is, by who looks at the page.</summary>
[Trait("needs", "chromium")]
public sealed class PiVitalsTests(Chromium chromium) : PageTest(chromium)
{
    [Fact]
    public async Task It_says_what_its_Longwire_tells_and_leaves_out_the_rest()
    {
        Bench.AddPi("attic");
        Publish(new PiVitals(48.4, UnderVoltage: false, 0.31, Since: null, WifiSignal: -58));
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await page.GetByText("48 °C · load 0.31 · Wi-Fi -58 dBm", new() { Exact = true }).WaitForAsync();
        await page.GetByText("All is well").WaitForAsync();
        Assert.False(await page.GetByText("Its power is too low").IsVisibleAsync());
        Publish(new PiVitals(Temperature: null, UnderVoltage: null, 1.5, Since: null, WifiSignal: null));
        await page.GetByText("load 1.50", new() { Exact = true }).WaitForAsync();
        Publish(null);
        await page.GetByText("load 1.50").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Pages.AssertAllCameFrom(page);
    }

    [Fact]
    public async Task One_whose_power_is_too_low_is_to_be_looked_at_though_its_radios_work()
    {
        Bench.AddPi("attic");
        Publish(new PiVitals(48.4, UnderVoltage: true, 0.31, Since: null, WifiSignal: null));
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await page.GetByText("Look at attic: 1 of 1 radios attached.").WaitForAsync();
        await page.GetByText("Its power is too low").WaitForAsync();
        await OpenPages.AssertForAllAsync(page);
        Publish(new PiVitals(48.4, UnderVoltage: false, 0.31, Since: null, WifiSignal: null));
        await page.GetByText("All is well").WaitForAsync();
        Assert.False(await page.GetByText("Its power is too low").IsVisibleAsync());
    }

    private void Publish(PiVitals? vitals) => Bench.Feed.Publish(
        new Snapshot(
            new BridgeSnapshot("a1", []) { RadiosAttached = 1, RadiosExpected = 1 },
            [Some.Pi with { Vitals = vitals }],
            [Some.Radio]),
        []);
}
