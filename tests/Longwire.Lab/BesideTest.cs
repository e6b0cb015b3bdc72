using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Longwire.Lab;

/// <summary>A test of an earlier build and this one beside each other: <c>script/beside REVISION</c> builds both.</summary>
public abstract class BesideTest(Home home) : RadioTest(home)
{
    /// <summary>Names the earlier build, a native one for amd64.</summary>
    private const string EarlierBuild = "LAB_EARLIER_BUILD";

    protected const string Earlier = "/run/lab/longwire-before";
    protected const string Present = "longwire";

    /// <summary>Prints what both took, and their ratio.</summary>
    /// <returns>The medians.</returns>
    protected static (TimeSpan Before, TimeSpan Now) Compare(
        string what, IReadOnlyCollection<TimeSpan> before, IReadOnlyCollection<TimeSpan> now)
    {
        Say($"{what}, before: {string.Join(", ", before.Order().Select(Seconds))} s");
        Say($"{what}, now: {string.Join(", ", now.Order().Select(Seconds))} s");
        (TimeSpan medianBefore, TimeSpan medianNow) = (Median(before), Median(now));
        string ratio = (medianNow / medianBefore).ToString("0.00", CultureInfo.InvariantCulture);
        Say($"{what}: {Seconds(medianNow)} s, {ratio} times ({Seconds(medianBefore)} s before)");
        return (medianBefore, medianNow);
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);

    private static TimeSpan Median(IReadOnlyCollection<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    /// <summary>
    /// Until the radio's state says so. The state itself, not its entities: what one build has described the other may not say.
    /// </summary>
    protected Task UntilSaidAsync(string radio, string what, int from) => Watch.WaitForAsync(
        message => message.Topic == $"longwire/radio/{radio}/state" && message.Payload.Contains(what, StringComparison.Ordinal),
        Patience, $"{radio}: {what}", from, Cancelled);

    /// <summary>Onto the host, to <see cref="Earlier"/>.</summary>
    protected async Task BringEarlierBuildAsync()
    {
        string build = Environment.GetEnvironmentVariable(EarlierBuild)
            ?? throw new InvalidOperationException($"{EarlierBuild} is to name the earlier build's program");
        await CopyToHostAsync(build);
    }

    private async Task CopyToHostAsync(string program)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string copy = string.Create(
            CultureInfo.InvariantCulture, $"mkdir -p /run/lab && nc 10.0.2.2 {port} </dev/null >{Earlier} && chmod +x {Earlier}");
        await Task.WhenAll(SendAsync(listener, program), Home.Host.RunAsync($"{copy} && {Earlier} --version"));
    }

    private static async Task SendAsync(TcpListener listener, string program)
    {
        using Socket socket = await listener.AcceptSocketAsync(Cancelled);
        await socket.SendFileAsync(program, Cancelled);
        socket.Shutdown(SocketShutdown.Both);
    }
}
