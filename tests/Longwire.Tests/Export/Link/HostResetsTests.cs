using System.Collections.Concurrent;
using System.Net;
using Longwire.Export;
using Longwire.Export.Link;
using Longwire.Export.Reconciling;
using Longwire.Link.Errors;
using Longwire.Link.Pairing;
using Longwire.Link.Wire;
using Longwire.Options;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Export.Link;

/// <summary>What one host asks for at a time, where nothing is done about it.</summary>
public sealed class HostResetsTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly ConcurrentQueue<ResetAnswerFrame> _answers = new();
    private readonly HostResets _resets;
    private readonly Task _running;

    public HostResetsTests()
    {
        // Of a reconciler that does not run nothing is ever heard.
        var host = new Client.Host(
            new KeyPin([.. Enumerable.Repeat((byte)1, KeyPin.Size)]), "house", IPAddress.Parse("192.0.2.1"),
            new HostRun(InstanceNonce.Create(), 1));
        var silent = new ExportReconciler(
            null!, null!, null!, null!, new ExportOptions(), _time, new Random(1), NullLogger.Instance);
        _resets = new HostResets(new StickRequests(silent, _time), host, _time);
        _running = _resets.RunAsync(_answers.Enqueue, _lost.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _lost.CancelAsync();
        await _running;
        _lost.Dispose();
    }

    [Fact]
    public async Task Each_is_waited_for_from_when_it_was_heard_and_what_is_too_much_is_told_at_once()
    {
        for (int i = 1; i <= 20; i++) _resets.Ask(new ResetFrame($"1-{i}", ResetStep.Rebind));
        await UntilAnsweredAsync(4);
        Assert.Equal(["1-17", "1-18", "1-19", "1-20"], _answers.Select(answer => answer.Subject));
        // One after the other they would take minutes.
        _time.Advance(ExportTimers.ResetBegins);
        await UntilAnsweredAsync(20);
        Assert.All(_answers, answer => Assert.Equal(ResetOutcome.NotServed, answer.Outcome));
        _resets.Ask(new ResetFrame("1-21", ResetStep.Rebind));
        _time.Advance(ExportTimers.ResetBegins);
    }

    [Fact]
    public void Whoever_asks_far_more_often_than_a_person_is_cut()
    {
        for (int i = 0; i < 64; i++) _resets.Ask(new ResetFrame("1-1", ResetStep.Rebind));
        Assert.Throws<LinkProtocolException>(() => _resets.Ask(new ResetFrame("1-1", ResetStep.Rebind)));
    }

    private async Task UntilAnsweredAsync(int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_answers.Count < count)
        {
            Assert.False(deadline.IsCancellationRequested, $"{_answers.Count} of {count} are answered");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        Assert.Equal(count, _answers.Count);
    }
}
