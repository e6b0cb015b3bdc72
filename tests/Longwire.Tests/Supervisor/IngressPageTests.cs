using Longwire.State;
using Longwire.Supervisor;
using Longwire.Testing.Supervisor;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Supervisor;

public sealed class IngressPageTests : IAsyncDisposable
{
    private const string Page = "homeassistant://app/a1b2c3d4_longwire";

    private readonly StandInSupervisor _supervisor = new();
    private readonly FakeTimeProvider _time = new();
    private readonly InProcess _wire;
    private readonly SupervisorClient _client;
    private readonly StateFeed _feed = new();
    private readonly RecordingLogger<IngressPage> _log = new();
    private readonly IngressPage _page;

    public IngressPageTests()
    {
        _wire = new InProcess(_supervisor);
        _client = InProcess.Client(_wire, _time);
        _feed.Publish(Some.Snapshot(Some.Radio), []);
        _page = new IngressPage(_client, _feed, _time, _log);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string? Shown => _feed.Current.Bridge.Details.Page;

    public async ValueTask DisposeAsync()
    {
        await _page.StopAsync(CancellationToken.None);
        _page.Dispose();
        _client.Dispose();
        _wire.Dispose();
        await _supervisor.DisposeAsync();
        _log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task The_page_is_under_the_slug_that_the_app_was_installed_with_and_is_not_asked_for_at_each_publish()
    {
        await _page.StartAsync(Stop);
        await Eventually.IsTrueAsync(() => Shown == Page, () => $"the page, not {Shown}");
        int asked = _supervisor.Requests.Count;
        for (int i = 0; i < 10; i++) _feed.Publish(Some.Snapshot(Some.Radio with { Disconnects = i }), []);
        _time.Advance(SupervisorTimers.PageSoon);
        Assert.Equal((Page, asked), (Shown, _supervisor.Requests.Count));
    }

    [Fact]
    public async Task Without_an_answer_there_is_none_and_it_is_added_once_it_is_known_and_stays_while_nobody_answers()
    {
        _supervisor.Ready = false;
        await _page.StartAsync(Stop);
        await Eventually.IsTrueAsync(() => _log.Lines.Any(), () => "it asked");
        Assert.Null(Shown);

        _supervisor.Ready = true;
        await UntilAsync(() => Shown == Page);

        _supervisor.Ready = false;
        int asked = _supervisor.Requests.Count;
        await UntilAsync(() => _supervisor.Requests.Count > asked);
        Assert.Equal(Page, Shown);
    }

    [Fact]
    public async Task An_update_of_Core_moves_it()
    {
        _supervisor.CoreVersion = "2026.1.3";
        await _page.StartAsync(Stop);
        await Eventually.IsTrueAsync(
            () => Shown == "homeassistant://hassio/ingress/a1b2c3d4_longwire", () => $"the former page, not {Shown}");
        _supervisor.CoreVersion = "2026.2.0";
        await UntilAsync(() => Shown == Page);
    }

    [Theory]
    [InlineData("a1b2c3d4_longwire", true, "2026.11.2", Page)]
    [InlineData("a1b2c3d4_longwire", true, "2026.2.0b3", Page)]
    [InlineData("a1b2c3d4_longwire", true, "2027.1.0", Page)]
    [InlineData("local_longwire", true, "2025.12.5", "homeassistant://hassio/ingress/local_longwire")]
    [InlineData("a1b2c3d4_longwire", false, "2026.11.2", null)]
    [InlineData(null, true, "2026.11.2", null)]
    [InlineData("", true, "2026.11.2", null)]
    [InlineData("a/../b", true, "2026.11.2", null)]
    [InlineData("a b", true, "2026.11.2", null)]
    [InlineData("a?x", true, "2026.11.2", null)]
    [InlineData("röhre", true, "2026.11.2", null)]
    [InlineData("a1b2c3d4_longwire", true, null, null)]
    [InlineData("a1b2c3d4_longwire", true, "landingpage", null)]
    [InlineData("a1b2c3d4_longwire", true, "2026", null)]
    public void Only_an_address_that_is_surely_good_is_given(string? slug, bool ingress, string? core, string? expected)
    {
        Assert.Equal(expected, IngressPage.UrlOf(new OwnPage(slug, ingress, core)));
        if (expected is null) return;
        // config_validation.py: the scheme is one of three; voluptuous' Url and the device registry: and there is a host.
        var parsed = new Uri(expected);
        Assert.Equal("homeassistant", parsed.Scheme);
        Assert.NotEmpty(parsed.Host);
    }

    private Task UntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(
        () =>
        {
            _time.Advance(SupervisorTimers.PageAgain);
            return condition();
        },
        () => $"a change; the page is {Shown}");
}
