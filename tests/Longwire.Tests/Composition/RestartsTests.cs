using System.Threading.Channels;
using Longwire.Composition;
using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Composition;

public sealed class RestartsTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<Restarts> _log = new();
    private readonly MemoryStream _stderr = new();
    private readonly StderrLog _stderrLog;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Life> _lives = Channel.CreateBounded<Life>(10);
    private readonly Restarts _restarts;

    public RestartsTests()
    {
        _stderrLog = new StderrLog(_stderr, LogStyle.Plain, LogLevel.Information, _time);
        _restarts = new Restarts(_time, _log);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _stderrLog.Dispose();
        await _stderr.DisposeAsync();
        _stop.Dispose();
        _log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task Who_was_asked_ends_in_order_and_begins_anew_and_then_stops_with_0()
    {
        Task<int> role = RunAsync();
        Life first = await NextAsync();

        _restarts.Ask();

        Life second = await NextAsync();
        Assert.True(first.StoppedInOrder);
        Assert.NotSame(first, second);
        Assert.False(role.IsCompleted);
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await role.WaitAsync(s_patience, Stop));
        Assert.True(second.StoppedInOrder);
        Assert.False(_lives.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Asked_while_it_starts_it_first_starts()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> role = RunAsync(starting: gate.Task);
        await Eventually.IsTrueAsync(() => Started > 0, () => "the start has begun");

        _restarts.Ask();
        _restarts.Ask();
        gate.SetResult();

        Life first = await NextAsync();
        await NextAsync();
        Assert.True(first.StoppedInOrder);
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await role.WaitAsync(s_patience, Stop));
        Assert.False(_lives.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Asked_again_while_it_stops_it_starts_once()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> role = RunAsync(stopping: gate.Task);
        Life first = await NextAsync();
        _restarts.Ask();
        await first.Stopping.Task.WaitAsync(s_patience, Stop);
        _restarts.Ask();
        gate.SetResult();

        await NextAsync();
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await role.WaitAsync(s_patience, Stop));
        Assert.False(_lives.Reader.TryRead(out _));
    }

    [Fact]
    public async Task An_automation_that_presses_for_ever_gets_one_a_minute_and_is_named_once_each_time()
    {
        _log.Expect("within 60 s");
        Task<int> role = RunAsync();
        await NextAsync();
        for (int minute = 0; minute < 3; minute++)
        {
            _restarts.Ask();
            await NextAsync();
            for (int i = 0; i < 5; i++) _restarts.Ask();
            Assert.Equal(minute + 1, _log.Lines.Count(line => line.Contains("Look for an automation", StringComparison.Ordinal)));
            _time.Advance(Restarts.Apart);
        }
        Assert.False(_lives.Reader.TryRead(out _));
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await role.WaitAsync(s_patience, Stop));
    }

    [Fact]
    public async Task Told_to_stop_while_it_is_being_restarted_it_does_not_start_again()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> role = RunAsync(stopping: gate.Task);
        Life first = await NextAsync();
        _restarts.Ask();
        await first.Stopping.Task.WaitAsync(s_patience, Stop);
        await _stop.CancelAsync();
        gate.SetResult();

        Assert.Equal(ExitCode.Done, await role.WaitAsync(s_patience, Stop));
        Assert.False(_lives.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_fault_ends_it_with_1_as_ever_also_one_on_the_way_to_a_restart()
    {
        Task<int> role = RunAsync(stopping: Task.FromException(new InvalidOperationException("it hangs")));
        await NextAsync();

        _restarts.Ask();

        Assert.Equal(ExitCode.Failed, await role.WaitAsync(s_patience, Stop));
        Assert.False(_lives.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Three_faults_within_ten_minutes_are_borne_and_a_fourth_ends_it_with_1()
    {
        _log.Expect("has failed");
        Task<int> role = RunAsync();
        for (int fault = 1; fault <= Restarts.FaultsBorne; fault++)
        {
            Life life = await NextAsync();
            Assert.Equal(fault - 1, _log.Lines.Count());
            life.Fail("fault " + fault);
            _time.Advance(TimeSpan.FromMinutes(2));
        }
        Life last = await NextAsync();
        Assert.False(role.IsCompleted);

        last.Fail("fault 4");

        Assert.Equal(ExitCode.Failed, await role.WaitAsync(s_patience, Stop));
        Assert.True(last.StoppedInOrder);
        Assert.False(_lives.Reader.TryRead(out _));
        Assert.Collection(
            _log.Lines,
            line => Assert.Contains("starts anew (1 of at most 3 times within 10 min)", line, StringComparison.Ordinal),
            line => Assert.Contains("starts anew (2 of at most 3 times within 10 min)", line, StringComparison.Ordinal),
            line => Assert.Contains("starts anew (3 of at most 3 times within 10 min)", line, StringComparison.Ordinal),
            line => Assert.Contains("so longwire ends", line, StringComparison.Ordinal));
        Assert.Equal(["fault 1", "fault 2", "fault 3", "fault 4"], _log.Exceptions.Select(e => e.Message));
    }

    [Fact]
    public async Task Ten_minutes_of_quiet_give_the_three_back()
    {
        _log.Expect("has failed");
        Task<int> role = RunAsync();
        for (int round = 0; round < 3; round++)
        {
            for (int fault = 0; fault < Restarts.FaultsBorne; fault++) (await NextAsync()).Fail("fault");
            await Eventually.IsTrueAsync(
                () => _log.Lines.Count() == (round + 1) * Restarts.FaultsBorne, () => $"{_log.Lines.Count()} faults were told");
            _time.Advance(Restarts.FaultsWithin);
        }
        await NextAsync();
        Assert.All(_log.Lines, line => Assert.Contains("starts anew", line, StringComparison.Ordinal));
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await role.WaitAsync(s_patience, Stop));
    }

    [Fact]
    public async Task A_fault_while_it_is_told_to_stop_ends_it_with_1_and_starts_nothing()
    {
        _log.Expect("has failed");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> role = RunAsync(stopping: gate.Task);
        Life life = await NextAsync();
        await _stop.CancelAsync();
        await life.Stopping.Task.WaitAsync(s_patience, Stop);
        life.Fail("late");
        gate.SetResult();

        Assert.Equal(ExitCode.Failed, await role.WaitAsync(s_patience, Stop));
        Assert.False(_lives.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_fault_that_somebody_answers_with_the_button_starts_one_life_and_not_two()
    {
        _log.Expect("has failed");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> role = RunAsync(stopping: gate.Task);
        Life first = await NextAsync();
        first.Fail("fault");
        await first.Stopping.Task.WaitAsync(s_patience, Stop);
        _restarts.Ask();
        gate.SetResult();

        await NextAsync();
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await role.WaitAsync(s_patience, Stop));
        Assert.False(_lives.Reader.TryRead(out _));
    }

    [Fact]
    public async Task The_log_level_that_a_person_sets_is_in_force_and_in_the_snapshot_until_the_options_say_theirs()
    {
        var feed = new StateFeed();
        feed.Publish(Some.Snapshot(Some.Radio), []);
        var log = new RecordingLogger<BridgeControl>();
        var control = new BridgeControl(feed, _stderrLog, _restarts, log);
        control.LogFrom(LogLevel.Information);
        foreach (LogLevel level
            in (LogLevel[])[LogLevel.Trace, LogLevel.Debug, LogLevel.Warning, LogLevel.Error, LogLevel.Error, LogLevel.Information])
        {
            control.Handle(new BridgeCommand.SetLogLevel(level));
            Assert.Equal((level, level), (_stderrLog.Minimum, feed.Current.Bridge.Details.LogLevel));
        }
        Assert.Equal(5, log.Lines.Count());
        control.Handle(new BridgeCommand.SetLogLevel(LogLevel.Debug));
        control.LogFrom(LogLevel.Information);
        Assert.Equal((LogLevel.Information, LogLevel.Information), (_stderrLog.Minimum, feed.Current.Bridge.Details.LogLevel));

        Task<int> role = RunAsync();
        await NextAsync();
        control.Handle(new BridgeCommand.Restart());
        await NextAsync();
        await _stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await role.WaitAsync(s_patience, Stop));
    }

    private int Started { get; set; }

    private Task<int> RunAsync(Task? starting = null, Task? stopping = null) => _restarts.RunAsync(
        _stderrLog,
        services => services.AddHostedService(_ => new Life(
            async life =>
            {
                Started++;
                await (starting ?? Task.CompletedTask);
                Assert.True(_lives.Writer.TryWrite(life));
            },
            stopping ?? Task.CompletedTask)),
        _stop.Token);

    private async Task<Life> NextAsync() => await _lives.Reader.ReadAsync(Stop).AsTask().WaitAsync(s_patience, Stop);

    /// <summary>A service from one start to its stop.</summary>
    private sealed class Life(Func<Life, Task> start, Task stop) : BackgroundService
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _work = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stopping { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool StoppedInOrder { get; private set; }

        public void Fail(string reason) => _work.SetException(new InvalidOperationException(reason));

        public override async Task StartAsync(CancellationToken cancellationToken)
        {
            await base.StartAsync(cancellationToken);
            // Told to stop before that, it would never run, and never fail.
            await _begun.Task;
            await start(this);
        }

        public override async Task StopAsync(CancellationToken cancellationToken)
        {
            Stopping.TrySetResult();
            await stop;
            _work.TrySetResult();
            await base.StopAsync(cancellationToken);
            StoppedInOrder = true;
        }

        protected override Task ExecuteAsync(CancellationToken stoppingToken)
        {
            _begun.SetResult();
            return _work.Task;
        }
    }
}
