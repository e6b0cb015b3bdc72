using Longwire.Composition;
using Longwire.Options;
using Longwire.Supervisor;
using Longwire.Testing.Supervisor;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Tests.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Supervisor;

/// <summary>Options that the Supervisor keeps are added to while people change them in its own page, and are in force at once.</summary>
public sealed class OptionsEditorTests : IAsyncDisposable
{
    private const string Before =
        """{"pis":[{"name":"attic","address":"192.0.2.1"}],"radios":[{"match":"0658:0200"}],"mqtt":{"password":"!secret broker"},"later":{"x":1.50}}""";

    private static readonly NewEntry s_pi = NewEntry.Pi("cellar", "192.0.2.2", null);

    private readonly StandInSupervisor _supervisor = new() { Options = Before };
    private readonly FakeTimeProvider _time = new();
    private readonly InProcess _wire;
    private readonly SupervisorClient _client;
    private readonly RecordingLogger<SupervisorOptions> _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly LiveOptions _live;
    private readonly OptionsEditor _editor;
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    public OptionsEditorTests()
    {
        _supervisor.Secrets["broker"] = "a secret password";
        _wire = new InProcess(_supervisor);
        _client = InProcess.Client(_wire, _time);
        LoadedOptions<AttachOptions> first = Read.Json(Before.Replace("!secret broker", "a secret password", StringComparison.Ordinal));
        var asked = new SupervisorOptions(new OneFile(first), _client, _time, _log);
        _live = new LiveOptions(asked, first.Options, asked.LookNow);
        _editor = new OptionsEditor(_live, new SupervisorOptionsStore(_client), "/data/options.json", _time);
        _reading = ReadAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _editor.Dispose();
        _stop.Dispose();
        _client.Dispose();
        _wire.Dispose();
        await _supervisor.DisposeAsync();
        _log.AssertNothingUnexpected();
    }

    [Fact]
    public async Task A_new_Pi_is_written_and_in_force_at_once_and_nothing_else_has_changed()
    {
        await _read.Task;
        Assert.IsType<OptionsEdit.Done>(await AddAsync(s_pi));
        Assert.Equal(
            Before.Replace("192.0.2.1\"}", """192.0.2.1"},{"name":"cellar","address":"192.0.2.2"}""", StringComparison.Ordinal),
            _supervisor.Options);
        Assert.Equal(["attic", "cellar"], _live.Current.Pis.Select(pi => pi.Name));
        Assert.Equal("a secret password", _live.Current.Mqtt.Password);
    }

    [Fact]
    public async Task Of_two_pages_the_second_is_told_that_the_options_changed_and_loses_nothing()
    {
        await _read.Task;
        string seen = _editor.Revision;
        Task<OptionsEdit> one = _editor.AddAsync([s_pi], seen, Cancellation);
        Task<OptionsEdit> other = _editor.AddAsync([NewEntry.Pi("roof", "192.0.2.3", null)], seen, Cancellation);
        Assert.Equal(["Changed", "Done"], (await Task.WhenAll(one, other)).Select(edit => edit.GetType().Name).Order());
        Assert.Equal(2, _live.Current.Pis.Length);
        Assert.NotEqual(seen, _editor.Revision);
        Assert.IsType<OptionsEdit.Done>(await AddAsync(NewEntry.Pi("last", "192.0.2.4", null)));
        Assert.Equal(3, _live.Current.Pis.Length);
    }

    [Fact]
    public async Task What_was_changed_in_the_Supervisors_page_a_moment_ago_is_looked_at_first()
    {
        await _read.Task;
        _supervisor.Options = Before.Replace("192.0.2.1", "192.0.2.77", StringComparison.Ordinal);
        string changed = _supervisor.Options;
        Assert.IsType<OptionsEdit.Changed>(await AddAsync(s_pi));
        Assert.Equal(changed, _supervisor.Options);
        await _live.UntilAsync(options => options.Pis[0].Address == "192.0.2.77", Cancellation)
            .WaitAsync(Eventually.Deadline, Cancellation);
        Assert.IsType<OptionsEdit.Done>(await AddAsync(s_pi));
    }

    [Fact]
    public async Task What_is_changed_between_reading_and_writing_is_not_written_over()
    {
        await _read.Task;
        string changed = Before.Replace("1.50", "2", StringComparison.Ordinal);
        _supervisor.OptionsAsked = time => _supervisor.Options = time == 2 ? changed : _supervisor.Options;
        Assert.IsType<OptionsEdit.Changed>(await AddAsync(s_pi));
        Assert.Equal(changed, _supervisor.Options);
        Assert.DoesNotContain(_supervisor.Requests, request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_typo_in_a_code_is_told_before_anything_is_asked_or_written()
    {
        await _read.Task;
        string code = PairedPiTests.Code("192.0.2.9"), typo = code[..^1] + (code[^1] == 'A' ? 'B' : 'A');
        var refused = Assert.IsType<OptionsEdit.Refused>(await AddAsync(NewEntry.Pi(null, null, typo)));
        Assert.StartsWith("This pairing code has a typo", refused.Why, StringComparison.Ordinal);
        Assert.Equal(Before, _supervisor.Options);
        Assert.IsType<OptionsEdit.Done>(await AddAsync(NewEntry.Pi(null, null, code)));
        Assert.Equal("192.0.2.9", _live.Current.Pis[1].Address);
        Assert.NotNull(_live.Current.Pis[1].Pairing);
    }

    [Theory]
    [InlineData("attic", "192.0.2.3", "has the same name")]
    [InlineData("roof", "192.0.2.1", "has the same address")]
    [InlineData("roof", "192.168.1", "four numbers from 0 to 255")]
    [InlineData("roof", "http://attic", "without '://'")]
    public async Task What_would_be_left_out_is_not_written(string name, string address, string why)
    {
        await _read.Task;
        var refused = Assert.IsType<OptionsEdit.Refused>(await AddAsync(NewEntry.Pi(name, address, null)));
        Assert.Contains(why, refused.Why, StringComparison.Ordinal);
        Assert.Equal(Before, _supervisor.Options);
    }

    [Fact]
    public async Task A_Supervisor_that_says_no_or_nothing_is_told_of_and_nothing_is_written()
    {
        await _read.Task;
        _supervisor.OptionsRefused = "Missing option 'x'";
        Assert.Contains("Missing option 'x'", Assert.IsType<OptionsEdit.Failed>(await AddAsync(s_pi)).Why, StringComparison.Ordinal);
        _supervisor.OptionsRefused = null;
        _supervisor.Ready = false;
        Assert.Contains("is still starting", Assert.IsType<OptionsEdit.Failed>(await AddAsync(s_pi)).Why, StringComparison.Ordinal);
        Assert.Equal(Before, _supervisor.Options);
        Assert.Single(_live.Current.Pis);
    }

    [Fact]
    public async Task Options_that_the_schema_refuses_are_told_of_without_what_is_in_them()
    {
        await _read.Task;
        _supervisor.OptionsRefused = "expected a dictionary";
        string code = PairedPiTests.Code("192.0.2.9");
        string why = Assert.IsType<OptionsEdit.Failed>(await AddAsync(NewEntry.Pi("roof", null, code))).Why;
        Assert.Contains("expected a dictionary @ data['options'])", why, StringComparison.Ordinal);
        Assert.DoesNotContain("LW1-", why, StringComparison.Ordinal);
        Assert.DoesNotContain("attic", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("!secret broker")]
    [InlineData(" !SECRET broker")]
    [InlineData("!secret")]
    public async Task No_text_is_taken_that_would_become_a_secret(string name)
    {
        await _read.Task;
        var refused = Assert.IsType<OptionsEdit.Refused>(await AddAsync(NewEntry.Pi(name, "192.0.2.2", null)));
        Assert.Contains("begins with !secret", refused.Why, StringComparison.Ordinal);
        Assert.Equal(Before, _supervisor.Options);
    }

    [Fact]
    public async Task What_was_written_although_no_answer_came_is_there_and_said_to_be()
    {
        await _read.Task;
        _supervisor.OptionsTaken = () =>
        {
            // The answer to this is lost, and the next question is answered.
            _supervisor.OptionsTaken = () => { };
            throw new HttpRequestException("the connection was reset");
        };
        Assert.IsType<OptionsEdit.Done>(await AddAsync(s_pi));
        Assert.Equal(["attic", "cellar"], _live.Current.Pis.Select(pi => pi.Name));
    }

    [Fact]
    public async Task Where_nobody_knows_whether_it_was_written_that_is_said()
    {
        await _read.Task;
        _supervisor.OptionsTaken = () =>
        {
            _supervisor.Options = Before;
            throw new HttpRequestException("the connection was reset");
        };
        string why = Assert.IsType<OptionsEdit.Failed>(await AddAsync(s_pi)).Why;
        Assert.StartsWith("It is not known whether the options were changed: ", why, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", why, StringComparison.Ordinal);
        Assert.Equal(Before, _supervisor.Options);
    }

    [Fact]
    public async Task A_stop_waits_for_what_is_being_written()
    {
        await _read.Task;
        Task closed = Task.CompletedTask;
        bool wasOpen = false;
        _supervisor.OptionsTaken = () =>
        {
            closed = _editor.CloseAsync(Cancellation);
            wasOpen = !closed.IsCompleted;
        };
        Assert.IsType<OptionsEdit.Done>(await AddAsync(s_pi));
        Assert.True(wasOpen);
        await closed.WaitAsync(Eventually.Deadline, Cancellation);
    }

    private Task<OptionsEdit> AddAsync(params NewEntry[] entries) =>
        _editor.AddAsync(entries, _editor.Revision, Cancellation).WaitAsync(Eventually.Deadline, Cancellation);

    private async Task ReadAsync()
    {
        await foreach (LoadedOptions<AttachOptions> _ in _live.TellingFirst(_ => { }).WatchAsync(_stop.Token)) _read.TrySetResult();
    }

    private sealed class OneFile(LoadedOptions<AttachOptions> file) : IOptionsFeed<AttachOptions>
    {
        public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return file;
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
