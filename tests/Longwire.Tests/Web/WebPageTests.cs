using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.UsbIp.Client;
using Longwire.Web.Api;
using Longwire.Web.Http;
using Xunit;

namespace Longwire.Tests.Web;

/// <summary>What the page is made of, and what its JSON says.</summary>
public sealed class WebPageTests : IAsyncDisposable
{
    private readonly WebBench _bench = new();

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_state_has_every_stick_of_every_pi_with_its_line_and_the_paths_of_what_is_attached()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "046d:c31c"));
        _bench.Publish(["The broker does not answer: look at it."], Some.Radio);
        JsonElement state = await StateAsync();

        Assert.Equal("9.8.7", Text(state, "version"));
        Assert.Equal("The broker does not answer: look at it.", Assert.Single(Items(state, "problems")).GetString());
        JsonElement pi = Assert.Single(Items(state, "pis"));
        // The radio and the stick in the Pi's list are one, and shown as one.
        JsonElement radio = Assert.Single(Items(pi, "radios"));
        JsonElement stick = Assert.Single(Items(pi, "sticks"));
        Assert.Equal("/dev/serial/by-id/usb-0658_0200-if00", Text(Assert.Single(Items(radio, "serial_ports")), "path"));
        Assert.Equal("- match: \"0658:0200\"", Text(radio, "line"));
        Assert.Contains("works as if it were plugged in here", Text(radio, "explanation"), StringComparison.Ordinal);
        Assert.Equal(2.345, radio.GetProperty("round_trip_ms").GetDouble());
        Assert.Equal(3, radio.GetProperty("disconnects").GetInt64());
        Assert.Equal("- match: \"046d:c31c\"", Text(stick, "line"));
        Assert.Equal("Not known as a radio; name it to attach it.", Text(stick, "why"));
    }

    [Fact]
    public async Task A_path_that_may_change_is_said_to()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"));
        _bench.Publish(Some.Radio with
        {
            SerialPortCount = 2,
            SerialPorts = ["/dev/serial/by-id/usb-0658_0200-if00", "/dev/ttyACM0"],
            ProvisionalPorts = ["/dev/ttyACM0"],
        });
        Assert.Equal([false, true], Items(await RadioAsync(), "serial_ports").Select(port => port.GetProperty("may_change").GetBoolean()));
    }

    [Fact]
    public async Task Of_twins_nobody_can_say_which_is_which_so_radios_and_listed_sticks_are_both_shown()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "0658:0200"));
        _bench.Publish(Some.Radio);
        JsonElement pi = Assert.Single(Items(await StateAsync(), "pis"));
        Assert.Single(Items(pi, "radios"));
        Assert.Equal(2, Items(pi, "sticks").Count);
    }

    [Fact]
    public async Task A_pi_that_gives_no_list_says_why_and_its_radios_keep_their_lines()
    {
        _bench.AddSilentPi("attic", "no answer within 2 s");
        _bench.Publish(Some.Radio with { Status = RadioStatus.PiUnreachable, SerialPorts = [] });
        JsonElement pi = Assert.Single(Items(await StateAsync(), "pis"));
        Assert.Equal("no answer within 2 s", Text(pi, "silent"));
        JsonElement radio = Assert.Single(Items(pi, "radios"));
        Assert.Contains("attic does not answer", Text(radio, "explanation"), StringComparison.Ordinal);
        Assert.Equal("- match: \"0658:0200\"", Text(radio, "line"));
    }

    [Fact]
    public async Task A_pi_that_was_not_asked_yet_is_not_said_to_be_silent()
    {
        _bench.AddSilentPi("attic", reason: null);
        Assert.Equal("it was not asked yet", Text(Assert.Single(Items(await StateAsync(), "pis")), "silent"));
    }

    [Fact]
    public async Task The_state_follows_the_latest_list()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"));
        Uri state = new(await _bench.StartAsync(), "api/state");
        Assert.Contains("0658:0200", await _bench.GetAsync(state), StringComparison.Ordinal);
        PiSnapshot pi = Some.Pi with { Offers = PiOffers.Of(new DeviceList([WebBench.Device("1-2", "046d:c31c")], Notice: null)) };
        _bench.Feed.Publish(Some.Snapshot() with { Pis = [pi] }, []);
        string next = await _bench.GetAsync(state);
        Assert.Contains("046d:c31c", next, StringComparison.Ordinal);
        Assert.DoesNotContain("0658:0200", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_radio_whose_pi_has_left_the_options_is_shown_all_the_same()
    {
        _bench.Publish(Some.Radio);
        JsonElement pi = Assert.Single(Items(await StateAsync(), "pis"));
        Assert.Equal("it is not in the options any more", Text(pi, "silent"));
        Assert.Single(Items(pi, "radios"));
    }

    [Fact]
    public void A_radio_whose_stick_is_gone_and_whose_place_another_may_take_is_not_reattached_but_given_that_one()
    {
        RadioSnapshot radio = Some.Radio with { Status = RadioStatus.Unplugged, Successor = "0658:0200 at port 1.3" };
        Assert.Equal(["replace", "detach", "forget"], RadioRequests.Sensible(radio, Some.Pi));
        Assert.Null(RadioRequests.Of("replace", radio.Id));
        Assert.IsType<RadioCommand.Replace>(RadioRequests.Of("replace", radio.Id, radio.Successor));
    }

    [Theory]
    [InlineData(RadioStatus.Attached, true, PiMode.Stock, "reattach, detach")]
    [InlineData(RadioStatus.Detached, false, PiMode.Stock, "attach, forget")]
    [InlineData(RadioStatus.Attaching, true, PiMode.Stock, "reattach, detach")]
    [InlineData(RadioStatus.Unplugged, true, PiMode.Stock, "reattach, detach, forget")]
    [InlineData(RadioStatus.InUse, true, PiMode.Stock, "reattach, detach, forget")]
    [InlineData(RadioStatus.InUse, true, PiMode.Link, "take_over, reattach, detach, forget")]
    public void What_can_be_asked_of_a_radio_depends_on_how_things_stand(object status, bool wanted, object mode, string expected) =>
        Assert.Equal(
            expected,
            string.Join(", ", RadioRequests.Sensible(
                Some.Radio with { Status = (RadioStatus)status, Wanted = wanted }, Some.Pi with { Mode = (PiMode)mode })));

    [Fact]
    public async Task Only_our_own_script_and_style_may_run_and_nothing_is_fetched_from_anywhere()
    {
        using HttpResponseMessage response = await _bench.Client.GetAsync(await _bench.StartAsync(), Cancellation);
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        string page = await response.Content.ReadAsStringAsync(Cancellation);
        // Under ingress' prefix an address that begins with a slash is somebody else's.
        Assert.All(Regex.Matches(page, "(?:src|href)=\"([^\"]*)\""), link => Assert.Matches("^[a-z]+\\.[a-z]+$", link.Groups[1].Value));
        Assert.DoesNotMatch("<script>|<style| on[a-z]+=|style=", page);
    }

    [Fact]
    public void The_page_never_makes_markup_of_a_text() => Assert.All(
        Scripts(), script => Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|new Function", script));

    [Fact]
    public void The_whole_page_weighs_less_than_150_kB() =>
        Assert.InRange(PageAssets.All.Sum(asset => asset.Content.Length), 1, 150_000);

    [Fact]
    public async Task The_history_of_a_radio_is_there_to_be_asked_for()
    {
        _bench.History.Add(Some.Snapshot(Some.Radio), _bench.Time.GetUtcNow());
        Uri page = await _bench.StartAsync();
        using var day = JsonDocument.Parse(await _bench.GetAsync(new Uri(page, $"api/radios/{Some.RadioId}/history")));
        Assert.EndsWith("01", Text(day.RootElement, "states"), StringComparison.Ordinal);
        using var month = JsonDocument.Parse(await _bench.GetAsync(new Uri(page, $"api/radios/{Some.RadioId}/history?of=month")));
        Assert.Equal(600, month.RootElement.GetProperty("step").GetInt32());
        using HttpResponseMessage none = await _bench.Client.GetAsync(new Uri(page, "api/radios/none/history"), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        Uri style = new(await _bench.StartAsync(), "page.css");
        using HttpResponseMessage first = await _bench.Client.GetAsync(style, Cancellation);
        Assert.Equal("text/css", first.Content.Headers.ContentType?.MediaType);
        using var again = new HttpRequestMessage(HttpMethod.Get, style);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await _bench.Client.SendAsync(again, Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task Health_is_there_for_programs()
    {
        _bench.AddPi("attic");
        _bench.Publish(Some.Radio with { Status = RadioStatus.Unplugged });
        using HttpResponseMessage response = await _bench.Client.GetAsync(new Uri(await _bench.StartAsync(), "health.json"), Cancellation);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("9.8.7", json.RootElement.GetProperty("version").GetString());
        JsonElement radio = Assert.Single(json.RootElement.GetProperty("radios").EnumerateArray());
        Assert.Equal("unplugged", radio.GetProperty("status").GetString());
        Assert.True(radio.GetProperty("problem").GetBoolean());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<JsonElement> StateAsync()
    {
        using var json = JsonDocument.Parse(await _bench.GetAsync(new Uri(await _bench.StartAsync(), "api/state")));
        return json.RootElement.Clone();
    }

    private async Task<JsonElement> RadioAsync() =>
        Assert.Single(Items(Assert.Single(Items(await StateAsync(), "pis")), "radios"));

    private static string? Text(JsonElement json, string key) => json.GetProperty(key).GetString();

    private static List<JsonElement> Items(JsonElement json, string key) => [.. json.GetProperty(key).EnumerateArray()];

    private static IEnumerable<string> Scripts() =>
        PageAssets.All.Where(asset => asset.Type.StartsWith("text/javascript", StringComparison.Ordinal))
            .Select(asset => Encoding.UTF8.GetString(asset.Content.Span))
            // Somebody else's have their own ways; the policy holds for them, too.
            .Where(script => !script.StartsWith("/*! ", StringComparison.Ordinal));
}
