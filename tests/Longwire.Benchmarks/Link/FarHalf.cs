using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwire.Benchmarks.Beside;
using Longwire.Link.Liveness;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Link;

/// <summary>The process that plays the Pis. It runs until it is killed.</summary>
/// <param name="folder">Where it tells what the other processes need to know.</param>
internal sealed class FarHalf(string folder) : IDisposable
{
    public const string Name = "link-far";

    /// <summary>A pairing code a line.</summary>
    public const string Codes = "codes";

    /// <summary>Port of TCP that answers a stick's requests, or takes lines.</summary>
    public const string TcpPort = "tcp-port";

    /// <summary>The same as <see cref="TcpPort"/>, as a Unix socket.</summary>
    public const string UnixSocket = "stick.socket";

    /// <summary>Addresses of stock Pis, one a line.</summary>
    public const string StockPis = "stock-pis";

    /// <summary>Of each arrival a line: <see cref="Link"/> or <see cref="Tcp"/>, a number, and when.</summary>
    public const string Arrivals = "arrivals";

    public const string Link = "link", Tcp = "tcp";

    private readonly DescriptorEvents _events = DescriptorEvents.Open();
    private readonly TimerThread _timers = new("pi timers");

    public async Task RunAsync(string measure, int count)
    {
        Task running = measure switch
        {
            RoundTrips.Measure => await PlayForRoundTripsAsync(),
            Recoveries.Measure => await PlayForRecoveriesAsync(count),
            Waiting.Measure => await PlayForWaitingAsync(count),
            Vanishings.Measure => await ExportAsync(count, static _ => static _ => { }, withStick: false),
            _ => throw new ArgumentException($"'{measure}' is no measure of the link", nameof(measure)),
        };
        await running;
    }

    public void Dispose()
    {
        _timers.Dispose();
        _events.Dispose();
    }

    private async Task<Task> PlayForRoundTripsAsync()
    {
        Task exports = await ExportAsync(1, static _ => static _ => { }, withStick: true);
        Socket unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        unix.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, UnixSocket)));
        Task served = Task.WhenAll(AcceptAsync(unix, Answer), AcceptAsync(await ListenAsync(), Answer));
        return Task.WhenAll(exports, served);
    }

    private async Task<Task> PlayForRecoveriesAsync(int count)
    {
        var file = new StreamWriter(Path.Combine(folder, Arrivals)) { AutoFlush = true };
        var gate = new Lock();
        void Arrive(string kind, int number)
        {
            string line = string.Create(CultureInfo.InvariantCulture, $"{kind} {number} {Stopwatch.GetTimestamp()}");
            lock (gate) file.WriteLine(line);
        }

        Task exports = await ExportAsync(count, number => _ => Arrive(Link, number), withStick: true);
        return Task.WhenAll(exports, AcceptAsync(await ListenAsync(), socket => Take(socket, number => Arrive(Tcp, number))));
    }

    private async Task<Task> PlayForWaitingAsync(int count)
    {
        PiServer[] pis = [.. Enumerable.Range(0, count).Select(
            _ => new PiServer(TwoHouses.FarAddress, DeviceListReply.Encode([]), Refusal.Absent))];
        foreach (PiServer pi in pis) pi.Listen();
        await Half.TellAsync(Path.Combine(folder, StockPis), pis.Select(pi => pi.EndPoint.ToString()));
        return await ExportAsync(count, static _ => static _ => { }, withStick: false);
    }

    private async Task<Task> ExportAsync(int count, Func<int, Action<int>> told, bool withStick)
    {
        PlayedExport[] exports = [.. Enumerable.Range(0, count).Select(number => new PlayedExport(_events, _timers, told(number)))];
        Task running = Task.WhenAll(exports.Select(export => export.RunAsync()));
        var codes = new List<string>();
        foreach (PlayedExport export in exports)
        {
            if (withStick) await export.PlugAsync();
            codes.Add(await export.PairAsync(TwoHouses.FarAddress.ToString()));
        }
        await Half.TellAsync(Path.Combine(folder, Codes), codes);
        return running;
    }

    private async Task<Socket> ListenAsync()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, 0));
        listener.Listen();
        string port = ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        await Half.TellAsync(Path.Combine(folder, TcpPort), [port]);
        return listener;
    }

    // Each connection has a thread and calls that block: no time of ours is in what they are compared with.
    private static async Task AcceptAsync(Socket listener, Action<Socket> serve)
    {
        if (listener.AddressFamily == AddressFamily.Unix) listener.Listen();
        while (true)
        {
            Socket client = await listener.AcceptAsync();
            if (listener.AddressFamily == AddressFamily.InterNetwork) client.NoDelay = true;
            new Thread(() => serve(client)) { IsBackground = true, Name = "played stick" }.Start();
        }
    }

    private static void Answer(Socket client) => new PromptStick(client, static _ => { }).Run();

    // The first byte says which connection it is.
    private static void Take(Socket client, Action<int> arrived)
    {
        var bytes = new byte[64 * 1024];
        try
        {
            if (client.Receive(bytes, 0, 1, SocketFlags.None) == 0) return;
            int number = bytes[0];
            while (client.Receive(bytes) > 0) arrived(number);
        }
        catch (SocketException)
        {
            // It was given up.
        }
    }
}
