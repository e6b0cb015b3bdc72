using System.Text.Json;
using Longwire.Composition;
using Xunit;

namespace Longwire.Tests.Commands;

/// <summary><c>longwire doctor</c>, as people and programs see it.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task What_is_wrong_comes_first_and_ends_with_1()
    {
        string options = _run.Write("attach.yaml", "pis: [{name: attic, address: '127.0.0.1:1'}]\nbogus: 1\n");
        Assert.Equal(ExitCode.Failed, await _run.RunAsync("doctor", "attach", "--options", options, "--data", _run.Folder));
        string output = _run.Output.ToString();
        Assert.StartsWith("WRONG", output, StringComparison.Ordinal);
        Assert.Contains("attic is there, but nothing answers on port 1.", output, StringComparison.Ordinal);
        Assert.Contains("    → ", output, StringComparison.Ordinal);
        Assert.Contains("things are wrong.", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
        Assert.Empty(_run.Error.ToString());
    }

    [Fact]
    public async Task For_programs_every_key_is_always_there()
    {
        await _run.RunAsync("doctor", "export", "--json", "--options", _run.Write("export.yaml", ""), "--data", _run.Folder);
        using JsonDocument json = JsonDocument.Parse(_run.Output.ToString());
        JsonElement[] findings = [.. json.RootElement.GetProperty("findings").EnumerateArray()];
        Assert.NotEmpty(findings);
        Assert.All(findings, finding =>
        {
            Assert.Equal(
                ["id", "subject", "level", "checked", "found", "remedy"], finding.EnumerateObject().Select(property => property.Name));
            Assert.Contains(finding.GetProperty("level").GetString(), (string[])["ok", "note", "problem", "unknown"]);
        });
        Assert.Contains(findings, finding => finding.GetProperty("id").GetString() == "usb_errors");
        Assert.DoesNotContain(findings, finding => finding.GetProperty("id").GetString() == "broker");
    }

    [Fact]
    public async Task Without_a_role_it_is_that_of_which_there_are_options()
    {
        await _run.RunAsync("doctor", "--json", "--data", _run.Folder);
        Assert.Contains("\"hosts_let_in\"", _run.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"broker\"", _run.Output.ToString(), StringComparison.Ordinal);
        _run.Output.GetStringBuilder().Clear();
        await File.WriteAllTextAsync(_run.AttachOptions, "pis: []", TestContext.Current.CancellationToken);
        await _run.RunAsync("doctor", "--json", "--data", _run.Folder);
        Assert.Contains("\"broker\"", _run.Output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doctor --options x.yaml")]
    [InlineData("doctor neither")]
    [InlineData("doctor attach")]
    public async Task Bad_usage_ends_with_2(string arguments)
    {
        Assert.Equal(ExitCode.Usage, await _run.RunAsync(arguments.Split(' ')));
        Assert.NotEmpty(_run.Error.ToString());
    }
}
