using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

/// <summary>Entries whose port is written as people find it elsewhere: skipped, with the right spelling named.</summary>
public sealed class MisspeltMatchTests
{
    [Theory]
    [InlineData("0658:0200@1-1.3", "0658:0200@1.3")]
    [InlineData("0658:0200@1-1.3:1.0", "0658:0200@1.3")]
    [InlineData("10C4:EA60@3-2", "10c4:ea60@2")]
    [InlineData("10c4:ea60@platform-3f980000.usb-usb-0:1.4:1.0", "10c4:ea60@1.4")]
    public void The_right_spelling_of_a_port_is_named(string written, string right)
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml($"pis: [{{address: attic}}]\nradios: ['{written}']");
        Assert.Empty(loaded.Options.Radios);
        Assert.False(loaded.Options.TakeRecognised);
        OptionProblem problem = Assert.Single(loaded.Problems);
        Assert.Equal(("radios[0]", written), (problem.Path, problem.Value));
        Assert.EndsWith($"write \"{right}\"", problem.Remedy, StringComparison.Ordinal);
        Assert.Equal(right, Assert.Single(loaded.Options.SkippedRules).Meant?.ToString());
    }

    [Theory]
    [InlineData("0658:0200@")]
    [InlineData("0658:0200-1.3")]
    [InlineData("zwave@1-1.3")]
    public void Where_nobody_can_tell_what_is_meant_the_forms_are_named(string written)
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml($"pis: [{{address: attic}}]\nradios: ['{written}']");
        Assert.Contains("vid:pid@port", Assert.Single(loaded.Problems).Remedy, StringComparison.Ordinal);
        Assert.Null(Assert.Single(loaded.Options.SkippedRules).Meant);
    }
}
