using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Longwire.Options;
using Longwire.Supervisor;
using Longwire.Testing.Supervisor;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Supervisor;

public sealed class SupervisorOptionsTests : IAsyncDisposable
{
    private readonly StandInSupervisor _supervisor = new();
    private readonly FakeTimeProvider _time = new();
    private readonly InProcess _wire;
    private readonly SupervisorClient _client;
    private readonly ScriptedFile _file = new();
    private readonly RecordingLogger<SupervisorOptions> _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SupervisorOptions _options;
    private readonly IAsyncEnumerator<LoadedOptions<AttachOptions>> _changes;

    public SupervisorOptionsTests()
    {
        _wire = new InProcess(_supervisor);
        _client = InProcess.Client(_wire, _time);
        _options = new SupervisorOptions(_file, _client, _time, _log);
        _changes = _options.WatchAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _changes.DisposeAsync();
        _stop.Dispose();
        _client.Dispose();
        _wire.Dispose();
        await _supervisor.DisposeAsync();
        _log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task The_file_comes_first_and_then_what_is_changed_in_the_UI()
    {
        _supervisor.Options = Topic("one");
        Assert.Equal("one", await StartAsync(Topic("one")));

        Task<string> next = NextAsync();
        await PolledAsync(3);
        Assert.False(next.IsCompleted);
        _supervisor.Options = Topic("two");
        Assert.Equal("two", await next);
        Assert.Single(_log.Lines, line => line.Contains("changed in Home Assistant", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_made_before_the_first_look_is_applied()
    {
        _supervisor.Options = Topic("two");
        Assert.Equal("one", await StartAsync(Topic("one")));
        Assert.Equal("two", await NextAsync());
    }

    [Fact]
    public async Task A_problem_that_both_have_is_no_news()
    {
        _supervisor.Options = """{"base_topic":"one","nonsense":1}""";
        Assert.Equal("one", await StartAsync("{\n\"base_topic\": \"one\",\n\"nonsense\": 1}"));
        Task<string> next = NextAsync();
        await PolledAsync(2);
        Assert.False(next.IsCompleted);

        _supervisor.Options = Topic("two");
        Assert.Equal("two", await next);
    }

    [Fact]
    public async Task While_the_Supervisor_does_not_answer_the_last_good_options_stay_and_it_is_said_once()
    {
        Assert.Equal("one", await StartAsync(Topic("one")));
        _supervisor.Ready = false;
        Task<string> next = NextAsync();
        await PolledAsync(4);
        Assert.False(next.IsCompleted);
        Assert.Single(_log.Lines, line => line.Contains("the Supervisor is still starting", StringComparison.Ordinal));

        _supervisor.Options = Topic("two");
        _supervisor.Ready = true;
        Assert.Equal("two", await next);
    }

    [Fact]
    public async Task A_change_of_the_file_counts_until_the_UI_says_something_new()
    {
        _supervisor.Options = Topic("one");
        Assert.Equal("one", await StartAsync(Topic("one")));
        Task<string> next = NextAsync();
        await PolledAsync(1);
        _file.Write(Topic("by hand"));
        Assert.Equal("by hand", await next);

        next = NextAsync();
        await PolledAsync(4);
        Assert.False(next.IsCompleted);
        _supervisor.Options = Topic("two");
        Assert.Equal("two", await next);
    }

    [Fact]
    public async Task Watched_anew_after_a_restart_what_was_changed_in_the_UI_does_not_go_back_to_what_the_file_says()
    {
        _supervisor.Options = Topic("two");
        Assert.Equal("one", await StartAsync(Topic("one")));
        Assert.Equal("two", await NextAsync());
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _changes.MoveNextAsync().AsTask());

        // The Supervisor has not written it anew, and says nothing new.
        using var again = new CancellationTokenSource();
        await using (IAsyncEnumerator<LoadedOptions<AttachOptions>> changes = _options.WatchAsync(again.Token)
            .GetAsyncEnumerator(again.Token))
        {
            _file.Write(Topic("one"));
            Assert.True(await changes.MoveNextAsync());
            Assert.Equal("two", changes.Current.Options.BaseTopic);
            _file.Write(Topic("by hand"));
            Assert.True(await changes.MoveNextAsync());
            Assert.Equal("by hand", changes.Current.Options.BaseTopic);
        }
        // And a file that was written in between counts.
        await using (IAsyncEnumerator<LoadedOptions<AttachOptions>> changes = _options.WatchAsync(again.Token)
            .GetAsyncEnumerator(again.Token))
        {
            _file.Write(Topic("written"));
            Assert.True(await changes.MoveNextAsync());
            Assert.Equal("written", changes.Current.Options.BaseTopic);
        }
    }

    private static string Topic(string topic) => $$"""{"base_topic":"{{topic}}"}""";

    private async Task<string> StartAsync(string file)
    {
        _file.Write(file);
        Assert.True(await _changes.MoveNextAsync());
        return _changes.Current.Options.BaseTopic;
    }

    /// <summary>The clock goes on until there is something new.</summary>
    private async Task<string> NextAsync()
    {
        Task<bool> next = _changes.MoveNextAsync().AsTask();
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return next.IsCompleted;
            },
            () => "something new");
        Assert.True(await next);
        return _changes.Current.Options.BaseTopic;
    }

    private Task PolledAsync(int times)
    {
        int before = _supervisor.Requests.Count;
        return Eventually.IsTrueAsync(() => _supervisor.Requests.Count >= before + times, () => "it asked");
    }

    private sealed class ScriptedFile : IOptionsFeed<AttachOptions>
    {
        private readonly Channel<string> _contents = Channel.CreateBounded<string>(10);

        public void Write(string content) => Assert.True(_contents.Writer.TryWrite(content));

        public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (string content in _contents.Reader.ReadAllAsync(cancellationToken)) yield return OptionsFile.ParseAttach(
                Encoding.UTF8.GetBytes(content), "file.json");
        }
    }
}
