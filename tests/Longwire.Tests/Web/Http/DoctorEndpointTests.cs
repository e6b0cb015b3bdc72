using System.Net;
using System.Text.Json;
using Longwire.Doctor;
using Longwire.Tests.Attach;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Web.Http;
using Xunit;

namespace Longwire.Tests.Web.Http;

/// <summary>The checks behind the page: when they run, and what the page is told of them.</summary>
public sealed class DoctorEndpointTests : IAsyncDisposable
{
    private readonly WebBench _bench = new();

    public async ValueTask DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task They_run_when_asked_once_at_a_time_beside_the_page_and_the_bad_ones_come_first()
    {
        var end = new TaskCompletionSource<IReadOnlyList<Finding>>();
        int runs = 0;
        _bench.Check = _ =>
        {
            runs++;
            return end.Task;
        };
        Uri page = await _bench.StartAsync();
        Assert.Equal(("False", 0), await RoundAsync(page));
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(page));
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(page));
        await Eventually.IsTrueAsync(() => runs > 0, () => "a run");
        Assert.Equal(("True", 0), await RoundAsync(page));
        // Nobody waits for it.
        Assert.Contains("\"pis\"", await _bench.GetAsync(new Uri(page, "api/state")), StringComparison.Ordinal);
        end.SetResult(
        [
            Of(FindingLevel.Ok), Of(FindingLevel.Note), Of(FindingLevel.Problem), Of(FindingLevel.Unknown),
        ]);
        await Eventually.IsTrueAsync(async () => await RoundAsync(page) == ("False", 4), () => "its findings");
        using var json = JsonDocument.Parse(await _bench.GetAsync(new Uri(page, "api/doctor")));
        Assert.Equal(
            ["problem", "unknown", "note", "ok"],
            json.RootElement.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("level").GetString()));
        Assert.Equal(1, runs);
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync(page));
        await Eventually.IsTrueAsync(() => runs == 2, () => "another run");
    }

    [Fact]
    public async Task Checks_that_fail_altogether_end_nothing_and_are_said()
    {
        var log = new RecordingLogger<DoctorRounds>();
        log.Expect("could not be run");
        int runs = 0;
        using var rounds = new DoctorRounds(
            _ => runs++ == 0
                ? throw new InvalidOperationException("a fault")
                : Task.FromResult<IReadOnlyList<Finding>>([Of(FindingLevel.Ok)]),
            TimeProvider.System,
            log);
        await rounds.StartAsync(Cancellation);
        Assert.Empty((await rounds.FreshAsync(Cancellation)).Findings);
        rounds.Ask();
        await Eventually.IsTrueAsync(() => rounds.Latest.Findings.Count == 1, () => "the next round");
        // What is known of a moment ago is not asked again.
        Assert.Single((await rounds.FreshAsync(Cancellation)).Findings);
        Assert.Equal(2, runs);
        await rounds.StopAsync(Cancellation);
        log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task What_was_found_long_ago_is_asked_again_whatever_the_clock_was_set_to()
    {
        int runs = 0;
        var time = new SettableClock(DateTimeOffset.UnixEpoch);
        using var rounds = new DoctorRounds(
            _ => Task.FromResult<IReadOnlyList<Finding>>([.. Enumerable.Range(0, ++runs).Select(_ => Of(FindingLevel.Ok))]),
            time,
            new RecordingLogger<DoctorRounds>());
        await rounds.StartAsync(Cancellation);
        Assert.Single((await rounds.FreshAsync(Cancellation)).Findings);
        time.Set(TimeSpan.FromDays(1));
        Assert.Single((await rounds.FreshAsync(Cancellation)).Findings);
        time.Set(TimeSpan.FromDays(-2));
        time.Advance(DoctorRounds.Fresh);
        Assert.Equal(2, (await rounds.FreshAsync(Cancellation)).Findings.Count);
        await rounds.StopAsync(Cancellation);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Finding Of(FindingLevel level) => new("test", null, level, "It was looked at.", "It is so.", null);

    private async Task<(string Running, int Findings)> RoundAsync(Uri page)
    {
        using var json = JsonDocument.Parse(await _bench.GetAsync(new Uri(page, "api/doctor")));
        return (json.RootElement.GetProperty("running").ToString(), json.RootElement.GetProperty("findings").GetArrayLength());
    }

    private async Task<HttpStatusCode> AskAsync(Uri page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(page, "api/doctor"));
        request.Headers.Add(RequestAuthorization.OwnHeader, "page");
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        using HttpResponseMessage response = await _bench.Client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
