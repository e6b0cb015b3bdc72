using Longwire.Options;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class ExportOptionsTests
{
    [Fact]
    public void Nothing_at_all_is_a_valid_wish()
    {
        LoadedOptions<ExportOptions> loaded = Read.Export("");

        Assert.Empty(loaded.Problems);
        Assert.Equal(ExportOptions.Default, loaded.Options);
        Assert.True(loaded.Options.TakeRecognised);
        Assert.Equal((3241, 3240), (loaded.Options.Listen, loaded.Options.Stock.Port));
        Assert.Empty(loaded.Options.Stock.Allow);
    }

    [Fact]
    public void Every_option_arrives_where_it_belongs()
    {
        LoadedOptions<ExportOptions> loaded = Read.Export("""
            name: attic
            listen: 4000
            radios: [{match: 0658:0200, name: Z-Wave}]
            stock: {port: 4001, allow: [10.0.0.5, "[FD00::5]", "::ffff:10.0.0.5", 10.0.1.0/24, ha.lan]}
            max_hold_seconds: 90
            log_level: warning
            """);

        // Read, and without effect until there is the link.
        Assert.Empty(loaded.Problems);
        Assert.Equal(("attic", 4000, LogLevel.Warning), (loaded.Options.Name, loaded.Options.Listen, loaded.Options.LogLevel));
        Assert.Equal(("0658:0200", "Z-Wave"), (loaded.Options.Radios[0].Match.ToString(), loaded.Options.Radios[0].Name));
        Assert.False(loaded.Options.TakeRecognised);
        Assert.Equal(4001, loaded.Options.Stock.Port);
        Assert.Equal(["10.0.0.5", "fd00::5", "10.0.1.0/24", "ha.lan"], loaded.Options.Stock.Allow);
        Assert.Equal(TimeSpan.FromSeconds(90), loaded.Options.MaxHold);
    }

    [Fact]
    public void The_environment_says_the_same_as_a_file() =>
        Assert.Equal(
            Read.Export("name: attic\nlisten: 4000\nradios: [0658:0200, 10c4:8a2a@1.4]\nstock: {port: 4001, allow: [10.0.0.5, "
                + "'::1']}\nmax_hold_seconds: 9\ntake_over: true\nlog_level: debug").Options,
            Read.Export(
                "",
                ("LONGWIRE_NAME", "attic"),
                ("LONGWIRE_LISTEN", "4000"),
                ("LONGWIRE_RADIOS", "0658:0200, 10c4:8a2a@1.4"),
                ("LONGWIRE_STOCK_PORT", "4001"),
                ("LONGWIRE_STOCK_ALLOW", "10.0.0.5, ::1,"),
                ("LONGWIRE_MAX_HOLD_SECONDS", "9"),
                ("LONGWIRE_TAKE_OVER", "true"),
                ("LONGWIRE_CONTAINER", "1"),
                ("LONGWIRE_LOG_LEVEL", "debug"),
                ("PATH", "/bin")).Options);

    [Fact]
    public void The_environment_counts_before_the_file_and_an_empty_variable_says_nothing()
    {
        LoadedOptions<ExportOptions> loaded = Read.Export(
            "name: attic\nstock: {port: 4001, allow: [10.0.0.5]}", ("LONGWIRE_NAME", "cellar"), ("LONGWIRE_STOCK_PORT", ""),
            ("LONGWIRE_STOCK_ALLOW", ""), ("LONGWIRE_RADIOS", ""));

        Assert.Empty(loaded.Problems);
        Assert.Equal("cellar", loaded.Options.Name);
        Assert.Equal(4001, loaded.Options.Stock.Port);
        Assert.Equal(["10.0.0.5"], loaded.Options.Stock.Allow);
        Assert.True(loaded.Options.TakeRecognised);
    }

    [Theory]
    [InlineData("LONGWIRE_LISTEN", "0", "LONGWIRE_LISTEN", "0", "65535")]
    [InlineData("LONGWIRE_STOCK_ALLOW", "10.0.0.5/24", "LONGWIRE_STOCK_ALLOW", "10.0.0.5/24", "10.0.0.0/24 for the whole network")]
    [InlineData("LONGWIRE_RADIOS", "zwave", "LONGWIRE_RADIOS", "zwave", "vid:pid")]
    [InlineData("LONGWIRE_STOCK_ALOW", "10.0.0.5", "LONGWIRE_STOCK_ALOW", "", "did you mean 'LONGWIRE_STOCK_ALLOW'")]
    public void A_bad_variable_is_named_by_its_own_name(string name, string value, string path, string shown, string remedy)
    {
        OptionProblem problem = Assert.Single(Read.Export("", (name, value)).Problems);

        Assert.Equal((path, shown), (problem.Path, problem.Value));
        Assert.Contains(remedy, problem.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stock: {allow: [attic lan]}", "stock.allow[0]", "attic lan")]
    [InlineData("stock: {allow: [0.0.0.0/0]}", "stock.allow[0]", "0.0.0.0/0")]
    [InlineData("stock: {allow: [[10.0.0.5]]}", "stock.allow[0]", "a list")]
    [InlineData("stock: {allow: {a: b}}", "stock.allow", "a map of keys and values")]
    [InlineData("listen: 0", "listen", "0")]
    [InlineData("max_hold_seconds: 90000", "max_hold_seconds", "90000")]
    [InlineData("stock: [1]", "stock", "a list")]
    [InlineData("radios: [{match: 0658:0200, pi: attic}]", "radios[0].pi", "")]
    [InlineData("pis: []", "pis", "")]
    public void A_bad_entry_is_named(string yaml, string path, string value)
    {
        OptionProblem problem = Assert.Single(Read.Export(yaml).Problems);

        Assert.Equal((path, value), (problem.Path, problem.Value));
        Assert.NotEmpty(problem.Remedy);
    }

    [Fact]
    public void A_list_of_clients_in_which_nothing_is_readable_allows_nobody() =>
        Assert.Empty(Read.Export("stock: {allow: [attic lan]}", ("LONGWIRE_STOCK_ALLOW", "cellar lan")).Options.Stock.Allow);

    [Fact]
    public void A_file_that_was_asked_for_must_be_there() =>
        Assert.Throws<OptionsException>(() => OptionsFile.LoadExport("/nonexistent/export.yaml", []));
}
