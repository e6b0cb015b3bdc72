using Longwire.Tests.AddOn;
using Xunit;

namespace Longwire.Tests.Architecture;

/// <summary>
/// What a test starts that .NET does not bring, it says: <c>script/test --quick</c> runs on machines that have nothing else.
/// </summary>
public sealed class NeedsTests
{
    [Fact]
    public void Whoever_starts_a_broker_says_that_it_needs_one()
    {
        const string Starts = "await Mosquitto.StartAsync(";
        string[] starting =
            [.. Checkout.Files().Where(path => path.EndsWith("Tests.cs", StringComparison.Ordinal) && Has(path, Starts) && !IsThis(path))];
        Assert.NotEmpty(starting);
        Assert.All(starting, path => Assert.True(Has(path, """[Trait("needs", "mosquitto")]"""), path));
    }

    [Fact]
    public void Whoever_starts_a_browser_says_that_it_needs_one()
    {
        string[] starting =
        [
            .. Checkout.Files().Where(path => path.EndsWith("Tests.cs", StringComparison.Ordinal) && Has(path, "(Chromium "))
                .Where(path => !IsThis(path)),
        ];
        Assert.NotEmpty(starting);
        Assert.All(starting, path => Assert.True(Has(path, """[Trait("needs", "chromium")]"""), path));
    }

    [Fact]
    public void Whoever_plays_an_automation_says_that_it_needs_Jinja()
    {
        string[] playing =
        [
            .. Checkout.Files().Where(path => path.EndsWith("Tests.cs", StringComparison.Ordinal) && Has(path, "new PlayedAutomation("))
                .Where(path => !IsThis(path)),
        ];
        Assert.NotEmpty(playing);
        Assert.All(playing, path => Assert.True(Has(path, """[Trait("needs", "python3-jinja2")]"""), path));
    }

    private static bool Has(string path, string text) => Checkout.Text(path).Contains(text, StringComparison.Ordinal);

    private static bool IsThis(string path) => Path.GetFileNameWithoutExtension(path) == nameof(NeedsTests);
}
