using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>A real mosquitto on a loopback port of its own, ended by its own process handle.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private const string Executable = "/usr/sbin/mosquitto";

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-mosquitto-").FullName;
    private readonly StringBuilder _log = new();
    private string _config = "";
    private Process? _process;

    public int Port { get; } = FreePort();
    public string Folder => _folder;

    /// <param name="more">Lines of mosquitto.conf beside the listener's.</param>
    public static async Task<Mosquitto> StartAsync(string more = "allow_anonymous true")
    {
        var mosquitto = new Mosquitto();
        await mosquitto.ConfigureAsync(more);
        await mosquitto.StartAgainAsync();
        return mosquitto;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task ConfigureAsync(string more)
    {
        _config = Path.Combine(_folder, "mosquitto.conf");
        // As root it would go to a user that cannot read the folder.
        await File.WriteAllTextAsync(_config, $"user root\nlistener {Port} 127.0.0.1\npersistence false\n{more}\n");
    }

    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(Executable, ["-v", "-c", _config]) { RedirectStandardError = true, RedirectStandardOutput = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{Executable} does not start");
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Eventually.IsTrueAsync(IsListeningAsync, () => $"mosquitto listens on {Port}; it said:\n{Said}");
    }

    /// <summary>As a service manager stops it.</summary>
    public Task StopAsync() => EndAsync("-TERM");

    /// <summary>It reads its passwords and access rules again, connections stay.</summary>
    public Task ReloadAsync() => SignalAsync("-HUP");

    public Task KillAsync() => EndAsync("-KILL");

    /// <summary>The kernel goes on accepting connections for it; nothing is ever answered.</summary>
    public Task StallAsync() => SignalAsync("-STOP");

    public Task ContinueAsync() => SignalAsync("-CONT");

    public string Said
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndAsync(string signal)
    {
        await SignalAsync(signal);
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [signal, $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    private void Note(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }

    private async Task<bool> IsListeningAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
