using Longwire.Composition;
using Longwire.Options;
using Longwire.Privileges;
using Xunit;

namespace Longwire.Tests.Composition;

/// <summary>What must not be in anything that the page gives away, and stands in no options.</summary>
public sealed class WebSecretsTests
{
    [Fact]
    public async Task The_brokers_name_and_password_and_our_token_with_the_Supervisor_are_secrets()
    {
        var context = new ProgramContext
        {
            Output = TextWriter.Null,
            Error = TextWriter.Null,
            OpenLog = () => Stream.Null,
            LogStyle = LogStyle.Plain,
            Environment = new Dictionary<string, string> { [ContainerImage.SupervisorVariable] = "the token" },
        };
        var mqtt = new MqttOptions { Host = "192.0.2.1", Username = "the name", Password = "the password" };
        Assert.Equal(
            ["the name", "the password", "the token"],
            await WebComposition.SecretsAsync(context, supervisor: null, mqtt, TestContext.Current.CancellationToken));
        Assert.Equal(
            ["the token"],
            await WebComposition.SecretsAsync(context, supervisor: null, new MqttOptions(), TestContext.Current.CancellationToken));
    }
}
