using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Reconciling;
using Xunit;

namespace Longwire.Tests.Attach.Reconciling;

public sealed class ProblemReportsTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    private readonly Channel<AttachEvent> _events = Channel.CreateBounded<AttachEvent>(1);
    private readonly ProblemReports _reports = new(TimeProvider.System);

    [Fact]
    public async Task What_is_reported_while_the_channel_is_full_arrives_when_there_is_room_the_latest_of_each_source()
    {
        var door = new Door(_events.Writer);
        using var stop = new CancellationTokenSource();
        Task running = _reports.RunAsync(door, stop.Token);
        _reports.Report("broker", "another Longwire is there");
        await door.Knocked.Task.WaitAsync(s_deadline, Cancellation);
        _reports.Report("memory", "the disk is full");
        _reports.Report("memory", null);
        door.Opened.SetResult();
        AttachEvent.ProblemsChanged[] arrived = [await NextProblemAsync(), await NextProblemAsync()];
        Assert.Equal(
            [("broker", "another Longwire is there"), ("memory", null)],
            arrived.Select(news => (news.Source, news.Problem)).OrderBy(news => news.Source));
        // And what is said later.
        _reports.Report("memory", "the disk is full again");
        Assert.Equal("the disk is full again", (await NextProblemAsync()).Problem);
        await stop.CancelAsync();
        await running.WaitAsync(s_deadline, Cancellation);
    }

    [Fact]
    public async Task What_was_reported_before_anybody_listened_arrives_too()
    {
        _reports.Report("module vhci-hcd", "not there");
        using var stop = new CancellationTokenSource();
        Task running = _reports.RunAsync(_events.Writer, stop.Token);
        Assert.Equal("not there", (await NextProblemAsync()).Problem);
        await stop.CancelAsync();
        await running.WaitAsync(s_deadline, Cancellation);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<AttachEvent.ProblemsChanged> NextProblemAsync() => Assert.IsType<AttachEvent.ProblemsChanged>(await NextAsync());

    private Task<AttachEvent> NextAsync() => _events.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(s_deadline, Cancellation);

    /// <summary>A channel that is full until it is opened, and tells that somebody came.</summary>
    private sealed class Door(ChannelWriter<AttachEvent> inside) : ChannelWriter<AttachEvent>
    {
        public TaskCompletionSource Knocked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool TryWrite(AttachEvent item)
        {
            Knocked.TrySetResult();
            return Opened.Task.IsCompleted && inside.TryWrite(item);
        }

        public override async ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
        {
            Knocked.TrySetResult();
            await Opened.Task.WaitAsync(cancellationToken);
            return await inside.WaitToWriteAsync(cancellationToken);
        }
    }
}
