using System.Text;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

/// <summary>The option that lets people act on a page which other machines can open.</summary>
public sealed class WebTokenTests
{
    [Fact]
    public void A_token_is_read_as_it_is_written() =>
        Assert.Equal("sixteen letters!", Read("web_token: sixteen letters!").Options.WebToken);

    [Fact]
    public void One_that_can_be_guessed_is_none_and_is_not_shown()
    {
        LoadedOptions<AttachOptions> loaded = Read("web_token: fifteen letters");
        Assert.Null(loaded.Options.WebToken);
        OptionProblem problem = Assert.Single(loaded.Problems, problem => problem.Path == "web_token");
        Assert.DoesNotContain("fifteen", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains("write 16 characters or more", problem.ToString(), StringComparison.Ordinal);
    }

    private static LoadedOptions<AttachOptions> Read(string yaml) =>
        OptionsFile.ParseAttach(Encoding.UTF8.GetBytes(yaml), "attach.yaml");
}
