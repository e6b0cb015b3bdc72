using System.Reflection;
using Longwire.Composition;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Platform;

public sealed class LogMessagesTests
{
    // Nothing outside reads them, and nine lists that each began at 1 told nobody anything.
    [Fact]
    public void No_message_of_the_log_has_an_event_id_of_its_own()
    {
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        List<(MethodInfo Method, LoggerMessageAttribute Message)> messages =
        [
            .. typeof(ProgramLog).Assembly.GetTypes()
                .SelectMany(type => type.GetMethods(All))
                .Select(method => (method, method.GetCustomAttribute<LoggerMessageAttribute>()!))
                .Where(found => found.Item2 is not null),
        ];
        Assert.NotEmpty(messages);
        Assert.Equal([], messages.Where(found => found.Message.EventId != -1).Select(found => found.Method.Name));
    }
}
