using Longwire.Options;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class WatchedOptionsTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-").FullName;
    private readonly CancellationTokenSource _stop = new(s_patience);
    private IAsyncEnumerator<LoadedOptions<AttachOptions>>? _changes;

    private string File => Path.Combine(_folder, "attach.yaml");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_changes is not null)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _changes.MoveNextAsync());
            await _changes.DisposeAsync();
        }
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_is_in_force_comes_first_and_then_each_change()
    {
        Assert.Equal("one", Assert.Single((await StartAsync(Pi("one"))).Options.Pis).Id);

        await WriteAsync(Pi("two"));

        Assert.Equal("two", Assert.Single((await NextAsync()).Options.Pis).Id);
    }

    [Fact]
    public async Task An_editor_that_writes_beside_and_renames_is_noticed()
    {
        await StartAsync(Pi("one"));

        await System.IO.File.WriteAllTextAsync(File + "~", Pi("two"), _stop.Token);
        System.IO.File.Move(File + "~", File, overwrite: true);

        Assert.Equal("two", Assert.Single((await NextAsync()).Options.Pis).Id);
    }

    [Fact]
    public async Task A_link_that_is_turned_to_another_file_is_noticed()
    {
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder, "a"), Pi("one"), _stop.Token);
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder, "b"), Pi("two"), _stop.Token);
        System.IO.File.CreateSymbolicLink(File, "a");
        await WatchAsync();

        System.IO.File.CreateSymbolicLink(File + ".new", "b");
        System.IO.File.Move(File + ".new", File, overwrite: true);

        Assert.Equal("two", Assert.Single((await NextAsync()).Options.Pis).Id);
    }

    [Theory]
    [InlineData("pis: [")]
    [InlineData("")]
    [InlineData("\n\n")]
    public async Task A_file_that_breaks_keeps_the_last_good_options_and_says_so(string broken)
    {
        LoadedOptions<AttachOptions> good = await StartAsync(Pi("one"));

        await WriteAsync(broken);
        LoadedOptions<AttachOptions> kept = await NextAsync();
        Assert.Equal(good.Options, kept.Options);
        Assert.Contains("stay in force", Assert.Single(kept.Problems).ToString(), StringComparison.Ordinal);

        await WriteAsync(Pi("two"));
        LoadedOptions<AttachOptions> mended = await NextAsync();
        Assert.Equal("two", Assert.Single(mended.Options.Pis).Id);
        Assert.Empty(mended.Problems);
    }

    [Fact]
    public async Task A_file_that_goes_and_comes_back_as_it_was_raises_a_problem_and_takes_it_away_again()
    {
        LoadedOptions<AttachOptions> good = await StartAsync(Pi("one"));

        System.IO.File.Delete(File);
        LoadedOptions<AttachOptions> kept = await NextAsync();
        Assert.Equal(good.Options, kept.Options);
        Assert.Contains("does not exist", Assert.Single(kept.Problems).ToString(), StringComparison.Ordinal);

        await WriteAsync(Pi("one"));
        Assert.Equal(good, await NextAsync());
    }

    [Fact]
    public async Task A_change_that_says_the_same_is_no_change()
    {
        await StartAsync(Pi("one"));

        await WriteAsync("# a comment\n" + Pi("one"));
        await System.IO.File.WriteAllTextAsync(Path.Combine(_folder, "beside.txt"), "x", _stop.Token);
        await WriteAsync(Pi("two"));

        Assert.Equal("two", Assert.Single((await NextAsync()).Options.Pis).Id);
    }

    [Fact]
    public void A_file_that_is_not_there_at_the_start_is_an_error() =>
        Assert.Throws<OptionsException>(() => Open());

    private static string Pi(string name) => $"pis: [{{name: {name}, address: 10.0.0.1}}]\n";

    private async Task<LoadedOptions<AttachOptions>> StartAsync(string content)
    {
        await WriteAsync(content);
        return await WatchAsync();
    }

    private async Task<LoadedOptions<AttachOptions>> WatchAsync()
    {
        _changes = Open().WatchAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
        return await NextAsync();
    }

    private async Task<LoadedOptions<AttachOptions>> NextAsync()
    {
        Assert.True(await _changes!.MoveNextAsync());
        return _changes.Current;
    }

    private Task WriteAsync(string content) => System.IO.File.WriteAllTextAsync(File, content, _stop.Token);

    private WatchedOptions<AttachOptions> Open() =>
        new(File, (bytes, name) => OptionsFile.ParseAttach(bytes, name), TimeProvider.System, NullLogger.Instance);
}
