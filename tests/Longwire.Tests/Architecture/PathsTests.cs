using System.Text.RegularExpressions;
using Xunit;

namespace Longwire.Tests.Architecture;

/// <summary>A bus id may be a text that a peer chose: a path is made of the kernel's own name of a device alone.</summary>
public sealed partial class PathsTests
{
    [Fact]
    public void No_path_is_made_of_a_bus_id_but_of_its_kernel_name() =>
        Assert.All(SourceFile.All, file => Assert.DoesNotMatch(BusIdPattern(), file.Text));

    [Theory]
    [InlineData("Path.Combine(root.UsbDevices, busId.ToString())", true)]
    [InlineData("Path.Combine(root.UsbDevices, device.BusId.ToString(), \"x\")", true)]
    [InlineData("Path.Combine(\n    root,\n    $\"{busId}/x\")", true)]
    [InlineData("Path.Combine(root.UsbDevices, busId.KernelName)", false)]
    public void The_pattern_finds_what_it_is_for(string text, bool found) => Assert.Equal(found, BusIdPattern().IsMatch(text));

    [GeneratedRegex(@"Path\.Combine\([^;]*\b[bB]usId\b(?!\.KernelName)")]
    private static partial Regex BusIdPattern();
}
