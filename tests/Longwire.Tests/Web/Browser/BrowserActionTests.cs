using System.Net;
using System.Text.Json;
using Longwire.Doctor;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.Options;
using Longwire.Web.Http;
using Microsoft.Playwright;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>What a person does on the page besides the radios' own buttons: the real server behind it, options that are kept.</summary>
[Trait("needs", "chromium")]
public sealed class BrowserActionTests(Chromium chromium) : PageTest(chromium)
{
    private const string Attic = """{"pis":[{"name":"attic","address":"192.0.2.7"}],"radios":["0658:0200"]}""";

    [Fact]
    public async Task A_Pi_is_added_by_its_code_after_a_typo_was_told()
    {
        var kept = new KeptOptions(Bench, """{"pis":[],"radios":[]}""");
        Bench.Publish();
        string code = PairedPiTests.Code("192.0.2.9");
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        ILocator field = page.GetByLabel("Pairing code");
        // Without a Pi there is nothing else to do here.
        await field.FillAsync(code[..^2]);
        await page.GetByLabel("A name for it").FillAsync("dach");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add this Pi" }).ClickAsync();
        await page.GetByText("Nothing was written. This pairing code has a typo").WaitForAsync();
        Assert.Equal("""{"pis":[],"radios":[]}""", kept.Json);
        await field.FillAsync(code);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Added to the options: the Pi dach.").WaitForAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "dach" }).WaitForAsync();
        Assert.Equal("", await field.InputValueAsync());
        Assert.Equal("dach", Assert.Single(Read.Json(kept.Json).Options.Pis).Name);
        Assert.DoesNotContain("LW1-", await page.ContentAsync(), StringComparison.Ordinal);
        Pages.AssertAllCameFrom(page);
    }

    [Fact]
    public async Task Behind_ingress_it_is_the_same_and_the_log_names_who_did_it()
    {
        var kept = new KeptOptions(Bench, """{"pis":[],"radios":[]}""");
        Bench.Publish();
        Bench.Address = new WebAddress(0, IPAddress.Loopback, [], [], IPNetwork.Parse("127.0.0.1/32"));
        await using var ingress = new IngressStandIn(await Bench.StartAsync(), holdsBack: true);
        await ingress.StartAsync();
        IPage page = await Pages.OpenAsync(ingress.Page);
        await page.GetByLabel("Or its address").FillAsync("192.0.2.9");
        await AddAsync(page);
        await page.GetByText("Added to the options: the Pi 192.0.2.9.").WaitForAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "192.0.2.9" }).WaitForAsync();
        Assert.Equal("192.0.2.9", Assert.Single(Read.Json(kept.Json).Options.Pis).Address);
        Assert.Contains(Bench.SiteLog.Lines, line => line.StartsWith($"{IngressStandIn.Person} added", StringComparison.Ordinal));
        Pages.AssertAllCameFrom(page);
    }

    [Fact]
    public async Task Of_two_pages_the_second_is_told_that_the_options_changed_and_keeps_what_was_written()
    {
        var kept = new KeptOptions(Bench, Attic);
        Bench.List("attic", WebBench.Device("1-1", "0658:0200"));
        Uri address = await Bench.StartAsync();
        IPage one = await Pages.OpenAsync(address), other = await Pages.OpenAsync(address);
        foreach ((IPage page, string name) in ((IPage, string)[])[(one, "roof"), (other, "cellar")])
        {
            await page.GetByText("Add a Pi").ClickAsync();
            await page.GetByLabel("Or its address").FillAsync($"{name}.example");
            await page.GetByLabel("A name for it").FillAsync(name);
        }
        await AddAsync(one);
        await one.GetByText("Added to the options: the Pi roof.").WaitForAsync();
        await other.GetByRole(AriaRole.Heading, new() { Name = "roof" }).WaitForAsync();
        await AddAsync(other);
        await other.GetByText("The options were changed meanwhile").WaitForAsync();
        Assert.Equal("cellar", await other.GetByLabel("A name for it").InputValueAsync());
        await AddAsync(other);
        await other.GetByText("Added to the options: the Pi cellar.").WaitForAsync();
        Assert.Equal(["attic", "roof", "cellar"], Read.Json(kept.Json).Options.Pis.Select(pi => pi.Name));
    }

    [Fact]
    public async Task What_a_page_has_added_itself_is_no_change_that_it_is_told_of()
    {
        var kept = new KeptOptions(Bench, Attic) { IsSeen = false };
        Bench.List("attic", WebBench.Device("1-2", "046d:c31c"));
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await page.GetByText("Add a Pi").ClickAsync();
        foreach (string name in (string[])["roof", "cellar"])
        {
            await page.GetByLabel("Or its address").FillAsync($"{name}.example");
            await page.GetByLabel("A name for it").FillAsync(name);
            await AddAsync(page);
            await page.GetByText($"Added to the options: the Pi {name}.").WaitForAsync();
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this stick" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add it" }).ClickAsync();
        await page.GetByText("Added to the options: the stick").WaitForAsync();
        Assert.Equal(3, Read.Json(kept.Json).Options.Pis.Length);
    }

    [Fact]
    public async Task By_keyboard_alone_a_stick_is_chosen_and_the_others_are_not_touched()
    {
        var kept = new KeptOptions(Bench, Attic);
        Bench.List("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "046d:c31c"));
        Bench.Publish(Some.Radio);
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await OpenPages.TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Use this stick" }));
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("Keys");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Added to the options: the stick 046d:c31c at 1-2 of attic.").WaitForAsync();
        Assert.Equal(["0658:0200 ", "046d:c31c Keys"], Read.Json(kept.Json).Options.Radios.Select(rule => $"{rule.Match} {rule.Name}"));
        Assert.Empty(Bench.Commands);
        await OpenPages.FocusedAsync(page.GetByRole(AriaRole.Heading, new() { Name = "attic" }));
    }

    [Fact]
    public async Task Who_is_by_keyboard_in_what_goes_away_goes_on_at_the_title_above_it()
    {
        Bench.AddPi("attic");
        Bench.Publish(Some.Radio with { Status = RadioStatus.Unplugged });
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await OpenPages.TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Forget Z-Wave" }));
        Bench.Publish();
        await OpenPages.FocusedAsync(page.GetByRole(AriaRole.Heading, new() { Name = "attic" }));
        // What is to be said there is heard only if it was there before.
        Assert.NotEqual("none", await page.Locator("p[role=status]").First.EvaluateAsync<string>("node => getComputedStyle(node).display"));
    }

    [Fact]
    public async Task In_a_file_of_ones_own_the_lines_to_paste_are_shown()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("longwire-page-").FullName, "attach.yaml");
        await File.WriteAllTextAsync(file, "pis: []\n", TestContext.Current.CancellationToken);
        Bench.OptionsPath = file;
        Bench.Publish();
        IPage page = await Pages.OpenAsync(
            await Bench.StartAsync(), new() { ViewportSize = new() { Width = 360, Height = 780 }, ColorScheme = ColorScheme.Dark });
        await page.GetByLabel("Or its address").FillAsync("192.0.2.9");
        await AddAsync(page);
        await page.GetByText("Longwire does not write your own file.").WaitForAsync();
        Assert.Equal("pis:\n  - address: \"192.0.2.9\"", await page.Locator(".paste pre").First.InnerTextAsync());
        Assert.Equal("192.0.2.9", await page.GetByLabel("Or its address").InputValueAsync());
        await OpenPages.AssertForAllAsync(page);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public async Task A_radio_is_forgotten_after_one_question_and_kept_after_a_no()
    {
        Bench.AddPi("attic");
        RadioSnapshot away = Some.Radio with { Status = RadioStatus.Unplugged };
        Bench.Publish(away);
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        ILocator forget = page.GetByRole(AriaRole.Button, new() { Name = "Forget Z-Wave" });
        await OpenPages.TabToAsync(page, forget);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Forget Z-Wave? Its name, its history and its entities go.").WaitForAsync();
        await OpenPages.AssertForAllAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("dialog").WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Empty(Bench.Commands);
        await OpenPages.FocusedAsync(forget);
        await forget.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Forget it" }).ClickAsync();
        await page.GetByText("Z-Wave is forgotten.").WaitForAsync();
        Assert.IsType<RadioCommand.Forget>(Assert.Single(Bench.Commands));
        Bench.Publish(Some.Radio);
        await forget.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Pages.AssertAllCameFrom(page);
    }

    [Fact]
    public async Task A_broken_stick_is_replaced_by_the_one_that_is_named_in_the_question()
    {
        Bench.AddPi("attic");
        Bench.Publish(Some.Radio with { Status = RadioStatus.Unplugged, Successor = "0658:0200 at port 1.3" });
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Replace its stick Z-Wave" }).ClickAsync();
        await page.GetByText("Give Z-Wave the stick 0658:0200 at port 1.3? It keeps its name, its history and its entities.")
            .WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replace it", Exact = true }).ClickAsync();
        await page.GetByText("Replace its stick of Z-Wave was asked for.").WaitForAsync();
        Assert.Equal(
            "0658:0200 at port 1.3", Assert.IsType<RadioCommand.Replace>(Assert.Single(Bench.Commands)).Successor);
    }

    [Fact]
    public async Task What_happened_is_listed_and_the_month_is_one_press_away()
    {
        Bench.AddPi("attic");
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Bench.History.Add(Some.Snapshot(Some.Radio with { Status = RadioStatus.Held }), now.AddDays(-9));
        Bench.History.Add(Some.Snapshot(Some.Radio with { RoundTrip = TimeSpan.FromMilliseconds(7) }), now);
        Bench.History.Add(new RadioEvent(Some.RadioId, RadioEventType.Held, null) { At = now.AddDays(-9) });
        Bench.History.Add(new RadioEvent(Some.RadioId, RadioEventType.Lost, "pulled") { At = now });
        Bench.Publish(Some.Radio);
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await page.GetByText("Last 24 hours: round trip mostly 7.0 ms, at most 7.0 ms.").WaitForAsync();
        await page.GetByText("Events (2)").ClickAsync();
        Assert.Contains("lost: pulled", await page.Locator(".events li").First.InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "30 days" }).ClickAsync();
        await page.GetByText("Last 30 days: round trip mostly 7.0 ms, at most 7.0 ms; held once, at most 30 min in all.").WaitForAsync();
        Assert.Equal("true", await page.GetByRole(AriaRole.Button, new() { Name = "30 days" }).GetAttributeAsync("aria-pressed"));
        await page.Locator("article canvas").WaitForAsync();
        // What happens next is there without a reload.
        Bench.History.Add(new RadioEvent(Some.RadioId, RadioEventType.Held, null) { At = now.AddSeconds(1) });
        Bench.Publish(Some.Radio with { Status = RadioStatus.Held });
        await page.GetByText("Events (3)").WaitForAsync();
        Pages.AssertAllCameFrom(page);
    }

    [Fact]
    public async Task The_checks_are_run_from_the_page_and_their_findings_are_with_the_diagnostics()
    {
        Bench.AddPi("attic");
        var end = new TaskCompletionSource<IReadOnlyList<Finding>>();
        Bench.Check = _ => end.Task;
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await OpenPages.TabToAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Check now" }));
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Checking…").WaitForAsync();
        Bench.Publish(Some.Radio);
        await page.GetByRole(AriaRole.Heading, new() { Name = "Z-Wave" }).WaitForAsync();
        end.SetResult(
        [
            new("clock", null, FindingLevel.Ok, "The clock was read.", "It is right.", null),
            new("broker", null, FindingLevel.Problem, "A connection was made.", "It does not answer.", "See that it runs."),
        ]);
        await page.GetByText("One thing is wrong, as far as can be seen from here").WaitForAsync();
        Assert.Contains("Wrong: It does not answer.", await page.Locator("#checks li").First.InnerTextAsync(), StringComparison.Ordinal);
        IDownload download = await page.RunAndWaitForDownloadAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = "Download diagnostics" }).ClickAsync());
        Assert.Equal("longwire-diagnostics.json", download.SuggestedFilename);
        await using Stream file = await download.CreateReadStreamAsync();
        using JsonDocument json = await JsonDocument.ParseAsync(file, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, json.RootElement.GetProperty("doctor").GetProperty("findings").GetArrayLength());
        Pages.AssertAllCameFrom(page);
    }

    [Fact]
    public async Task Whoever_may_only_look_has_none_of_it()
    {
        Bench.Token = "a token of some length";
        Bench.Address = new WebAddress(0, IPAddress.Any, ["localhost"], []);
        Bench.AddPi("attic", WebBench.Device("1-2", "046d:c31c"));
        IPage page = await Pages.OpenAsync(await Bench.StartAsync());
        await page.GetByText("046d:c31c at 1-2").WaitForAsync();
        foreach (string name in (string[])["Use this stick", "Check now", "Download diagnostics", "Add this Pi"])
            Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = name }).CountAsync());
    }

    private static Task AddAsync(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Add this Pi" }).ClickAsync();
}
