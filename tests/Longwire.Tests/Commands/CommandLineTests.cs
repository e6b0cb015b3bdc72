using Longwire.Composition;
using Xunit;

namespace Longwire.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("--help", "attach")]
    [InlineData("attach --help", "--options")]
    [InlineData("export --help", "LONGWIRE_")]
    [InlineData("list --help", "--json")]
    [InlineData("forget --help", "--all")]
    [InlineData("pair --help", "--new-identity")]
    [InlineData("doctor --help", "ROLE")]
    [InlineData("--version", "0.")]
    public async Task Help_and_version_go_to_stdout_and_end_with_0(string arguments, string expected)
    {
        Assert.Equal(ExitCode.Done, await _run.RunAsync(arguments.Split(' ')));
        Assert.Contains(expected, _run.Output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_run.Error.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("bogus")]
    [InlineData("attach --bogus")]
    [InlineData("attach --options")]
    [InlineData("list a b")]
    [InlineData("forget")]
    [InlineData("forget radio --all")]
    [InlineData("list not/an/address")]
    [InlineData("list @file")]
    public async Task Bad_usage_is_a_sentence_on_stderr_and_ends_with_2(string arguments)
    {
        Assert.Equal(ExitCode.Usage, await _run.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Empty(_run.Output.ToString());
        Assert.NotEmpty(_run.Error.ToString());
    }

    [Theory]
    [InlineData("attach")]
    [InlineData("export")]
    [InlineData("list")]
    [InlineData("list attic")]
    public async Task Options_that_cannot_be_parsed_end_with_2(string command)
    {
        string options = _run.Write("broken.yaml", "pis: [");

        Assert.Equal(ExitCode.Usage, await _run.RunAsync([.. command.Split(' '), "--options", options]));
        Assert.Contains("not valid YAML", _run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_without_any_options_says_what_to_write_and_ends_with_2()
    {
        Assert.Equal(ExitCode.Usage, await _run.RunAsync("attach"));
        Assert.Contains("--options", _run.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attach")]
    [InlineData("export")]
    public async Task A_second_process_in_the_same_data_folder_ends_with_1(string role)
    {
        using IDisposable? first = DataFolder.TryLock(_run.Folder, role);
        Assert.NotNull(first);

        Assert.Equal(ExitCode.Failed, await _run.RunAsync(role, "--options", _run.Write("empty.yaml", ""), "--data", _run.Folder));
        Assert.Contains("Another longwire", _run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_attach_on_the_machine_ends_with_1_whatever_its_folder_and_is_not_told_to_take_another()
    {
        using IDisposable? first = DataFolder.TryLock(_run.RunFolder, RoleLock.Attach);
        Assert.NotNull(first);

        Assert.Equal(
            ExitCode.Failed,
            await _run.RunAsync("attach", "--options", _run.Write("empty.yaml", ""), "--data", Path.Combine(_run.Folder, "own")));

        Assert.Contains("runs on this machine. Stop it first", _run.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("--data", _run.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attach_whose_folder_is_taken_does_not_keep_the_machine()
    {
        using IDisposable? first = DataFolder.TryLock(_run.Folder, RoleLock.Attach);
        Assert.Null(await RoleLock.TakeAttachAsync(_run.Folder, _run.RunFolder, _run.Error));
        Assert.DoesNotContain("--data", _run.Error.ToString(), StringComparison.Ordinal);

        using IDisposable? other = await RoleLock.TakeAttachAsync(Path.Combine(_run.Folder, "own"), _run.RunFolder, _run.Error);
        Assert.NotNull(other);
        Assert.Null(await RoleLock.TakeAttachAsync(Path.Combine(_run.Folder, "third"), _run.RunFolder, _run.Error));
    }

    [Fact]
    public void Both_roles_may_share_a_data_folder_and_a_lock_ends_with_its_holder()
    {
        using IDisposable? attach = DataFolder.TryLock(_run.Folder, RoleLock.Attach);
        IDisposable? export = DataFolder.TryLock(_run.Folder, RoleLock.Export);
        Assert.NotNull(attach);
        Assert.NotNull(export);
        Assert.Null(DataFolder.TryLock(_run.Folder, RoleLock.Export));

        export.Dispose();

        using IDisposable? again = DataFolder.TryLock(_run.Folder, RoleLock.Export);
        Assert.NotNull(again);
    }
}
