using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwire.Lab.Machines;

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
        (double medianBefore, double medianNow) =
            Compare(what, "s", [.. before.Select(time => time.TotalSeconds)], [.. now.Select(time => time.TotalSeconds)]);
        return (TimeSpan.FromSeconds(medianBefore), TimeSpan.FromSeconds(medianNow));
    }

    /// <inheritdoc cref="Compare(string, IReadOnlyCollection{TimeSpan}, IReadOnlyCollection{TimeSpan})"/>
    protected static (double Before, double Now) Compare(
        string what, string unit, IReadOnlyCollection<double> before, IReadOnlyCollection<double> now)
    {
        Say($"{what}, before: {string.Join(", ", before.Order().Select(Figure))} {unit}");
        Say($"{what}, now: {string.Join(", ", now.Order().Select(Figure))} {unit}");
        (double medianBefore, double medianNow) = (Median(before), Median(now));
        Say($"{what}: {Figure(medianNow)} {unit}, {Figure(medianNow / medianBefore)} times ({Figure(medianBefore)} {unit} before)");
        return (medianBefore, medianNow);
    }

    private static string Figure(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    // Of an even number the mean of the two in the middle.
    private static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>
    /// Until the radio's state says so. The state itself, not its entities: what one build has described the other may not say.
    /// </summary>
    protected Task UntilSaidAsync(string radio, string what, int from) => Watch.WaitForAsync(
        message => message.Topic == $"longwire/radio/{radio}/state" && message.Payload.Contains(what, StringComparison.Ordinal),
        Patience, $"{radio}: {what}", from, Cancelled);

    /// <summary>Onto a host, to <see cref="Earlier"/>.</summary>
    /// <param name="host">Null: that of most tests.</param>
    protected async Task BringEarlierBuildAsync(Host? host = null)
    {
        string build = Environment.GetEnvironmentVariable(EarlierBuild)
            ?? throw new InvalidOperationException($"{EarlierBuild} is to name the earlier build's program");
        await CopyAsync(build, host ?? Home.Host);
    }

    private static async Task CopyAsync(string program, Host host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string copy = string.Create(
            CultureInfo.InvariantCulture, $"mkdir -p /run/lab && nc 10.0.2.2 {port} </dev/null >{Earlier} && chmod +x {Earlier}");
        await Task.WhenAll(SendAsync(listener, program), host.RunAsync($"{copy} && {Earlier} --version"));
    }

    private static async Task SendAsync(TcpListener listener, string program)
    {
        using Socket socket = await listener.AcceptSocketAsync(Cancelled);
        await socket.SendFileAsync(program, Cancelled);
        socket.Shutdown(SocketShutdown.Both);
    }
}
