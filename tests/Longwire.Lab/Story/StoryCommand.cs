using System.Globalization;
using System.Runtime.InteropServices;

namespace Longwire.Lab.Story;

/// <summary>What a running broker is reached by: HOST:PORT, or USER:PASSWORD@HOST:PORT.</summary>
internal sealed record BrokerAddress(string Host, int Port, string? UserName, string? Password)
{
    /// <returns>Null if the text is no such address.</returns>
    public static BrokerAddress? Parse(string text)
    {
        int at = text.LastIndexOf('@');
        string[] account = at < 0 ? [] : text[..at].Split(':', 2);
        string server = text[(at + 1)..];
        int colon = server.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(server[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            || port is 0 or > 65535)
        {
            return null;
        }
        return new BrokerAddress(server[..colon].Trim('[', ']'), port, account.ElementAtOrDefault(0), account.ElementAtOrDefault(1));
    }
}

/// <summary>script/demo: tells the story, and says at the end how it went.</summary>
internal static class StoryCommand
{
    private const string Usage = "usage: script/demo [--broker [USER:PASSWORD@]HOST:PORT] [--hold]";

    public static async Task<int> RunAsync(string[] arguments)
    {
        BrokerAddress? running = null;
        bool hold = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--hold")
            {
                hold = true;
            }
            else if (arguments[i] == "--broker" && i + 1 < arguments.Length && BrokerAddress.Parse(arguments[i + 1]) is { } address)
            {
                running = address;
                i++;
            }
            else
            {
                await Console.Error.WriteLineAsync(Usage);
                return 2;
            }
        }

        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        return await TellAsync(running, hold, stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> TellAsync(BrokerAddress? running, bool hold, CancellationToken stopped)
    {
        TimeProvider time = TimeProvider.System;
        await using var home = new Home();
        await using IStoryBroker broker = running is null ? new OwnBroker(home.Broker) : new RunningBroker(running, time, Console.Out);
        var story = new RadioStory(home, broker, time, Console.Out);
        return await new StoryRun(story, broker, hold, time, Console.Out, Console.Error).RunAsync(stopped);
    }
}
