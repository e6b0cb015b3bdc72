using System.Diagnostics;
using System.Net;
using Longwire.Doctor;
using Longwire.State;
using Longwire.Tests.AddOn;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Web.Http;
using Microsoft.Playwright;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>The page in a browser, with the real server behind it.</summary>
[Trait("needs", "chromium")]
public sealed class BrowserTests(Chromium chromium) : PageTest(chromium)
{
    private const string Hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>";

    private IngressStandIn? _ingress;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_ingress is not null) await _ingress.DisposeAsync();
    }

    [Fact]
    public async Task Each_status_is_shown_with_its_word_and_its_sentence()
    {
        AddAttic();
        IPage page = await OpenAsync();
        foreach (RadioStatus status in Enum.GetValues<RadioStatus>())
        {
            RadioSnapshot radio = Some.Radio with { Status = status, Wanted = status != RadioStatus.Detached, Reason = "of a test" };
            Bench.Publish(radio);
            await page.Locator("article .status").GetByText(status.Name().Replace('_', ' '), new() { Exact = true }).WaitForAsync();
            var meaning = StatusMeaning.Of(radio, Some.Pi);
            await page.Locator("article").GetByText(meaning.Explanation).WaitForAsync();
            string? kind = await page.Locator("article .status").GetAttributeAsync("class");
            Assert.Equal(meaning.Problem, kind!.Contains("problem", StringComparison.Ordinal));
        }
        AssertAllCameFrom(page);
    }

    [Fact]
    public async Task One_look_tells_whether_all_is_well()
    {
        AddAttic();
        Publish(1, 1, Some.Radio);
        IPage page = await OpenAsync();
        await page.GetByText("All is well: 1 of 1 radios attached.").WaitForAsync();
        Publish(0, 1, Some.Radio with { Status = RadioStatus.PiUnreachable });
        await page.GetByText("Look at Z-Wave: 0 of 1 radios attached.").WaitForAsync();
        Assert.Equal("▲ Longwire", await page.TitleAsync());
    }

    [Fact]
    public async Task Each_button_asks_for_what_it_says()
    {
        Bench.AddPi("attic");
        PiSnapshot linked = Some.Pi with { Mode = PiMode.Link };
        Bench.Feed.Publish(Some.Snapshot(Some.Radio with { Status = RadioStatus.InUse }) with { Pis = [linked] }, []);
        IPage page = await OpenAsync();
        foreach (string name in (string[])["Take over", "Reattach", "Detach"]) await PressAsync(page, name);
        Bench.Publish(Some.Radio with { Status = RadioStatus.Detached, Wanted = false });
        await PressAsync(page, "Attach");
        Assert.Equal(
            [
                new RadioCommand.TakeOver(Some.RadioId), new RadioCommand.Reattach(Some.RadioId),
                new RadioCommand.SetWanted(Some.RadioId, false), new RadioCommand.SetWanted(Some.RadioId, true),
            ],
            Bench.Commands);
    }

    [Fact]
    public async Task A_change_is_seen_within_a_second()
    {
        AddAttic();
        IPage page = await OpenAsync();
        await page.Locator("article .well").WaitForAsync();
        // After a change just before as well: those are told apart.
        Bench.Publish(Some.Radio with { Disconnects = 4 });
        var watch = Stopwatch.StartNew();
        Bench.Publish(Some.Radio with { Status = RadioStatus.Held });
        await page.Locator("article .status").GetByText("held").WaitForAsync();
        Assert.True(MachinePace.Keeps(watch.Elapsed, TimeSpan.FromSeconds(1)), $"it took {watch.Elapsed}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Behind_ingress_the_page_lives_and_acts_also_where_streams_are_held_back(bool holdsBack)
    {
        AddAttic();
        Bench.Address = new WebAddress(0, IPAddress.Loopback, [], [], IPNetwork.Parse("127.0.0.1/32"));
        Bench.History.Add(Some.Snapshot(Some.Radio with { Status = RadioStatus.Held }), TimeProvider.System.GetUtcNow().AddDays(-9));
        _ingress = new IngressStandIn(await Bench.StartAsync(), holdsBack);
        await _ingress.StartAsync();
        IPage page = await OpenAsync(_ingress.Page);
        await page.Locator("article .well").WaitForAsync();
        Bench.Publish(Some.Radio with { Status = RadioStatus.Held });
        await page.Locator("article .status").GetByText("held").WaitForAsync();
        // By now it is known how the state comes through here.
        var watch = Stopwatch.StartNew();
        Bench.Publish(Some.Radio with { Status = RadioStatus.Failed });
        await page.Locator("article .status").GetByText("failed").WaitForAsync();
        Assert.True(MachinePace.Keeps(watch.Elapsed, TimeSpan.FromSeconds(1)), $"it took {watch.Elapsed}");
        await page.GetByText("Last 24 hours").First.WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "30 days" }).ClickAsync();
        await page.GetByText("held once").WaitForAsync();
        await PressAsync(page, "Detach");
        Assert.Single(Bench.Commands);
        Assert.Contains(Bench.SiteLog.Lines, line => line.Contains($"{IngressStandIn.Person} asked", StringComparison.Ordinal));
        AssertAllCameFrom(page);
    }

    [Fact]
    public async Task What_a_stick_calls_itself_is_text_and_nothing_else()
    {
        Bench.AddPi("attic");
        Bench.Publish([Hostile], Some.Radio with
        {
            Name = Hostile,
            Product = Hostile,
            Manufacturer = Hostile,
            Serial = Hostile,
            Status = RadioStatus.Failed,
            Reason = Hostile,
            LastDisconnectReason = Hostile,
            SerialPorts = [$"/dev/{Hostile}"],
            RestartApps = [Hostile],
        });
        Bench.History.Add(Bench.Feed.Current, TimeProvider.System.GetUtcNow());
        Bench.History.Add(new RadioEvent(Some.RadioId, RadioEventType.Lost, Hostile) { At = TimeProvider.System.GetUtcNow() });
        IPage page = await OpenAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = Hostile }).WaitForAsync();
        await page.GetByText("More", new() { Exact = true }).ClickAsync();
        Assert.Equal(0, await page.Locator("main img, main script").CountAsync());
        Assert.Contains(Hostile, await page.Locator("article details").Last.InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByText("Events (1)").ClickAsync();
        Assert.Contains(Hostile, await page.Locator("article .events").InnerTextAsync(), StringComparison.Ordinal);
        AssertAllCameFrom(page);
    }

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task Whoever_cannot_see_well_or_not_point_can_use_it_at_any_width(int width, ColorScheme colors)
    {
        AddAttic();
        Bench.Publish(
            ["The broker does not answer: look at it."],
            Some.Radio,
            Some.Radio with { Id = "held", Name = "Zigbee-" + new string('x', 60), Status = RadioStatus.Held, SerialPorts = [] },
            Some.Radio with { Id = "away", Name = "Thread", Status = RadioStatus.PiUnreachable, SerialPorts = [] });
        RecordADay();
        Bench.Check = _ => Task.FromResult<IReadOnlyList<Finding>>(
        [
            new("broker", null, FindingLevel.Problem, "A connection was made.", "It does not answer.", "See that it runs."),
            new("clock", null, FindingLevel.Ok, "The clock was read.", "It is right.", null),
        ]);
        IPage page = await OpenAsync(options: new() { ViewportSize = new() { Width = width, Height = 780 }, ColorScheme = colors });
        await page.Locator("article").Nth(2).WaitForAsync();
        await page.Locator("article canvas").First.WaitForAsync();
        // To look at: nothing compares it.
        await page.ScreenshotAsync(new() { Path = Checkout.PathOf($"artifacts/pictures/page-{width}-{colors}.png"), FullPage = true });
        foreach (ILocator more in await page.Locator("summary").AllAsync()) await more.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this stick" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Check now" }).ClickAsync();
        await page.GetByText("One thing is wrong").WaitForAsync();
        await OpenPages.AssertForAllAsync(page);
        string background = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.Equal(colors == ColorScheme.Dark ? "rgb(24, 24, 28)" : "rgb(255, 255, 255)", background);
    }

    [Fact]
    public async Task By_keyboard_alone_a_radio_is_detached_and_attached_again()
    {
        AddAttic();
        IPage page = await OpenAsync();
        ILocator detach = page.GetByRole(AriaRole.Button, new() { Name = "Detach Z-Wave" });
        await OpenPages.TabToAsync(page, detach);
        Assert.NotEqual("none", await detach.EvaluateAsync<string>("button => getComputedStyle(button).outlineStyle"));
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Detach of Z-Wave was asked for.").WaitForAsync();
        // What was pressed is no more, and whoever pressed it is still there.
        Bench.Publish(Some.Radio with { Status = RadioStatus.Detached, Wanted = false, SerialPorts = [] });
        ILocator attach = page.GetByRole(AriaRole.Button, new() { Name = "Attach Z-Wave" });
        await OpenPages.FocusedAsync(attach);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Attach of Z-Wave was asked for.").WaitForAsync();
        Assert.Equal(2, Bench.Commands.Count);
    }

    [Fact]
    public async Task Off_this_machine_there_are_buttons_only_for_whoever_names_the_token()
    {
        AddAttic();
        Bench.Token = "a token of some length";
        Bench.Address = new WebAddress(0, IPAddress.Any, ["localhost"], []);
        IPage page = await OpenAsync();
        await page.Locator("article").WaitForAsync();
        Assert.Equal(0, await page.Locator(".actions button:visible").CountAsync());
        await page.GetByLabel("Token").FillAsync("another token");
        await page.GetByText("Use it").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Detach Z-Wave" }).ClickAsync();
        await page.GetByText("The token is not the one of the option web_token.").WaitForAsync();
        await page.GetByLabel("Token").FillAsync(Bench.Token);
        await page.Keyboard.PressAsync("Enter");
        await PressAsync(page, "Detach");
        Assert.Single(Bench.Commands);
    }

    [Fact]
    public async Task A_service_that_has_gone_is_said_to_be_and_its_return_is_seen()
    {
        AddAttic();
        IPage page = await OpenAsync();
        await page.Locator("article").WaitForAsync();
        await Bench.StopAsync();
        ILocator gone = page.GetByText("Longwire does not answer");
        await gone.WaitForAsync();
        Bench.Publish(Some.Radio with { Status = RadioStatus.Held });
        await Bench.Server(new Uri(page.Url).Port, IPNetwork.Parse("127.0.0.0/8")).StartAsync(TestContext.Current.CancellationToken);
        await page.Locator("article .status").GetByText("held").WaitForAsync();
        await gone.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    [Fact]
    public async Task The_last_day_is_drawn_and_said()
    {
        AddAttic();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Bench.History.Add(Some.Snapshot(Some.Radio with { Status = RadioStatus.Held }), now.AddHours(-2));
        Bench.History.Add(Some.Snapshot(Some.Radio with { RoundTrip = TimeSpan.FromMilliseconds(12) }), now.AddHours(-1));
        IPage page = await OpenAsync();
        await page.GetByText("at most 12.0 ms; held once, 1 min in all.").WaitForAsync();
        await page.Locator("article canvas").WaitForAsync();
        AssertAllCameFrom(page);
    }

    private void RecordADay()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        for (int ago = 24 * 60; ago >= 0; ago--)
        {
            RadioStatus status = ago switch
            {
                > 900 and < 960 => RadioStatus.Detached,
                > 400 and < 420 => RadioStatus.Held,
                > 380 and < 401 => RadioStatus.PiUnreachable,
                _ => RadioStatus.Attached,
            };
            TimeSpan? trip = status == RadioStatus.Attached ? TimeSpan.FromMilliseconds(2 + (ago * 7 % 13 * 0.2)) : null;
            Bench.History.Add(Some.Snapshot(Some.Radio with { Status = status, RoundTrip = trip }), now.AddMinutes(-ago));
        }
    }

    private void AddAttic()
    {
        Bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "046d:c31c"));
        Bench.Publish(Some.Radio);
    }

    private void Publish(int attached, int expected, RadioSnapshot radio) => Bench.Feed.Publish(
        new Snapshot(new BridgeSnapshot("a1", []) { RadiosAttached = attached, RadiosExpected = expected }, [Some.Pi], [radio]), []);

    private async Task<IPage> OpenAsync(Uri? address = null, BrowserNewContextOptions? options = null) =>
        await Pages.OpenAsync(address ?? await Bench.StartAsync(), options);

    private static async Task PressAsync(IPage page, string name)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = $"{name} Z-Wave", Exact = true }).ClickAsync();
        await page.GetByText($"{name} of Z-Wave was asked for.").WaitForAsync();
    }

    private void AssertAllCameFrom(IPage page) => Pages.AssertAllCameFrom(page);
}
