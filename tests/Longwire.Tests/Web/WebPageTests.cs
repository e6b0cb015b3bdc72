using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.UsbIp.Client;
using Xunit;

namespace Longwire.Tests.Web;

/// <summary>What the page and its JSON show, and that what others call themselves stays text.</summary>
public sealed class WebPageTests : IAsyncDisposable
{
    private const string Hostile = "<script>alert(1)</script>\"'&\u0007";

    private readonly WebBench _bench = new();

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_page_shows_every_stick_of_every_pi_with_its_line_and_the_paths_of_what_is_attached()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "046d:c31c"));
        _bench.Publish(["The broker does not answer: look at it."], Some.Radio);
        string page = await _bench.GetAsync(await _bench.StartAsync());

        Assert.Contains("9.8.7", page, StringComparison.Ordinal);
        Assert.Contains("The broker does not answer: look at it.", page, StringComparison.Ordinal);
        Assert.Contains("<code>/dev/serial/by-id/usb-0658_0200-if00</code><button", page, StringComparison.Ordinal);
        Assert.Contains("<code>- match: &quot;0658:0200&quot;</code><button", page, StringComparison.Ordinal);
        Assert.Contains("<code>- match: &quot;046d:c31c&quot;</code><button", page, StringComparison.Ordinal);
        Assert.Contains("Not known as a radio; name it to attach it.", page, StringComparison.Ordinal);
        Assert.Contains("works as if it were plugged in here", page, StringComparison.Ordinal);
        // The radio and the stick in the Pi's list are one, and shown as one.
        Assert.Equal(2, Regex.Count(page, "<article>"));
    }

    [Fact]
    public async Task A_path_that_may_change_is_shown_with_that_word()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"));
        _bench.Publish(Some.Radio with
        {
            SerialPortCount = 2,
            SerialPorts = ["/dev/serial/by-id/usb-0658_0200-if00", "/dev/ttyACM0"],
            ProvisionalPorts = ["/dev/ttyACM0"],
        });
        string page = await _bench.GetAsync(await _bench.StartAsync());
        Assert.Contains("Serial port: <code>/dev/serial/by-id/usb-0658_0200-if00</code>", page, StringComparison.Ordinal);
        Assert.Contains("Serial port, which may change: <code>/dev/ttyACM0</code>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_twins_nobody_can_say_which_is_which_so_radios_and_listed_sticks_are_both_shown()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"), WebBench.Device("1-2", "0658:0200"));
        _bench.Publish(Some.Radio);
        Assert.Equal(3, Regex.Count(await _bench.GetAsync(await _bench.StartAsync()), "<article>"));
    }

    [Fact]
    public async Task A_pi_that_gives_no_list_says_why_and_its_radios_keep_their_lines()
    {
        _bench.AddSilentPi("attic", "no answer within 2 s");
        _bench.Publish(Some.Radio with { Status = RadioStatus.PiUnreachable, SerialPorts = [] });
        string page = await _bench.GetAsync(await _bench.StartAsync());
        Assert.Contains("It gives no list: no answer within 2 s", page, StringComparison.Ordinal);
        Assert.Contains("attic does not answer", page, StringComparison.Ordinal);
        Assert.Contains("<code>- match: &quot;0658:0200&quot;</code>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pi_that_was_not_asked_yet_is_not_said_to_be_silent()
    {
        _bench.AddSilentPi("attic", reason: null);
        Assert.Contains("it was not asked yet", await _bench.GetAsync(await _bench.StartAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_follows_the_latest_list()
    {
        _bench.AddPi("attic", WebBench.Device("1-1", "0658:0200"));
        Uri page = await _bench.StartAsync();
        Assert.Contains("0658:0200", await _bench.GetAsync(page), StringComparison.Ordinal);
        PiSnapshot pi = Some.Pi with { Offers = PiOffers.Of(new DeviceList([WebBench.Device("1-2", "046d:c31c")], Notice: null)) };
        _bench.Feed.Publish(Some.Snapshot() with { Pis = [pi] }, []);
        string next = await _bench.GetAsync(page);
        Assert.Contains("046d:c31c", next, StringComparison.Ordinal);
        Assert.DoesNotContain("0658:0200", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_stick_calls_itself_is_text_and_nothing_else()
    {
        _bench.AddPi("attic");
        RadioSnapshot radio = Some.Radio with { Name = Hostile, Serial = Hostile, Reason = Hostile, SerialPorts = [Hostile] };
        _bench.Publish(radio with { Status = RadioStatus.Failed });
        string page = await _bench.GetAsync(await _bench.StartAsync());
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;?", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "<script"));
    }

    [Fact]
    public async Task Only_our_own_script_and_style_may_run_and_nothing_is_fetched_from_anywhere()
    {
        _bench.AddPi("attic");
        using HttpResponseMessage response = await _bench.Client.GetAsync(await _bench.StartAsync(), Cancellation);
        string page = await response.Content.ReadAsStringAsync(Cancellation);
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.Contains($"script-src '{Hash(page, "script")}'", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src '{Hash(page, "style")}'", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)(src|href|action)=|url\\(|@import", page);
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

    private static string Hash(string page, string element)
    {
        string text = Regex.Match(page, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value;
        Assert.NotEmpty(text);
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
