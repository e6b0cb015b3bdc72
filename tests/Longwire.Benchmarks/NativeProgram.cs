using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks;

/// <summary>
/// The published program as a person runs it: <c>longwire attach</c> against a server on loopback that has nothing to offer.
/// </summary>
internal sealed class NativeProgram(string path)
{
    private const double Mega = 1_000_000;
    private const int Starts = 10;

    // After its first attempt it only waits; what it takes for that is what it takes.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>What to do where it was not published yet.</summary>
    public static string NoneAt(string path) =>
        $"There is no program at {path}. Publish it first: dotnet restore src/Longwire && dotnet publish src/Longwire --no-restore "
            + $"-c Release -r {RuntimeInformation.RuntimeIdentifier} -o artifacts/longwire";

    public Figure MeasureSize() => new("size of the program", new FileInfo(path).Length / Mega, "MB", 18, $"stat -c %s {path}");

    /// <summary>One start, in milliseconds.</summary>
    public Task<double> StartAsync() => WithServerAsync(
        async (arguments, server) => (await StartAsync(arguments, server, TimeSpan.Zero)).Time.TotalMilliseconds);

    public Task<Figure[]> MeasureStartsAsync() => WithServerAsync(MeasureStartsAsync);

    private async Task<Figure[]> MeasureStartsAsync(string[] arguments, Socket server)
    {
        var times = new List<double>();
        for (int i = 0; i < Starts; i++) times.Add((await StartAsync(arguments, server, TimeSpan.Zero)).Time.TotalMilliseconds);
        double memory = (await StartAsync(arguments, server, s_settled)).PeakBytes / Mega;
        times.Sort();
        string command = $"{path} {string.Join(' ', arguments)}";
        return
        [
            new Figure($"start to first attempt, median of {Starts}", times[Starts / 2], "ms", 200, command),
            new Figure("peak resident memory", memory, "MB", 30, $"{command} & grep VmHWM /proc/$!/status"),
        ];
    }

    // With options and a data folder of its own, and one Pi.
    private static async Task<T> WithServerAsync<T>(Func<string[], Socket, Task<T>> measure)
    {
        var folder = Directory.CreateTempSubdirectory("longwire-benchmark-");
        try
        {
            using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            server.Listen();
            string options = Path.Combine(folder.FullName, "options.json"), data = Path.Combine(folder.FullName, "data");
            int port = ((IPEndPoint)server.LocalEndPoint!).Port;
            await File.WriteAllTextAsync(
                options,
                string.Create(CultureInfo.InvariantCulture, $"{{\"pis\":[{{\"name\":\"benchmark\",\"address\":\"127.0.0.1:{port}\"}}]}}"));
            return await measure(["attach", "--options", options, "--data", data], server);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<(TimeSpan Time, double PeakBytes)> StartAsync(string[] arguments, Socket server, TimeSpan settle)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(
            new ProcessStartInfo(path, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> log = process.StandardError.ReadToEndAsync();
        try
        {
            using var patience = new CancellationTokenSource(s_patience);
            using Socket client = await server.AcceptAsync(patience.Token);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            await client.ReceiveAsync(new byte[OpCommon.Size], patience.Token);
            await client.SendAsync(DeviceListReply.Encode([]), patience.Token);
            client.Shutdown(SocketShutdown.Both);
            await Task.Delay(settle, patience.Token);
            return (time, ProcessFigures.PeakBytes(process.Id));
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{path} did not connect within {s_patience.TotalSeconds} s; it said:\n{await log}");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
