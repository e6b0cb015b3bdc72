using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Longwire.Testing.Brokers;

/// <summary>How a broker is set up.</summary>
/// <param name="Persistent">It keeps what is retained over a restart.</param>
/// <param name="UserName">With <paramref name="Password"/>: nobody comes in without.</param>
/// <param name="Tls">With a certificate of its own authority: <see cref="Broker.Authority"/>.</param>
public sealed record BrokerSetup(bool Persistent = false, string? UserName = null, string? Password = null, bool Tls = false);

/// <summary>
/// A real mosquitto on the test machine's loopback, which guests reach as 10.0.2.2. It keeps its port over restarts, and everything
/// published is watched and recorded with the time it came.
/// </summary>
public sealed partial class Broker : IAsyncDisposable
{
    private const string Program = "/usr/sbin/mosquitto";

    private readonly string _folder;
    private readonly TimeProvider _time;
    private IPEndPoint _address = FreePort.Tcp();
    private LeashedProcess? _process;
    private BrokerSetup _setup = new();

    internal Broker(string labFolder, TimeProvider time)
    {
        _folder = Path.Combine(labFolder, "broker");
        _time = time;
        Watch = new Watch(time);
    }

    public int Port => _address.Port;

    /// <summary>Everything published since the broker was first started in this test.</summary>
    public Watch Watch { get; private set; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The certificate of the authority that signed the broker's, as PEM; for a broker with TLS.</summary>
    public string Authority => File.ReadAllText(Path.Combine(_folder, "ca.pem"));

    /// <summary>Starts it, with the same set-up as before if none is given, and watches everything that is published.</summary>
    public async Task StartAsync(BrokerSetup? setup = null)
    {
        if (IsRunning) throw new InvalidOperationException("The broker runs already.");
        _setup = setup ?? _setup;
        Directory.CreateDirectory(_folder);
        string configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, Configuration());
        LeashedProcess process = await LeashedProcess.StartAsync(Program, "-v", "-c", configuration);
        _process = process;
        await WaitUntilItListensAsync(process);
        await Watch.FollowAsync(_address, _setup);
    }

    /// <summary>Ends it: connections are closed. What was retained is kept only if it is persistent.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        await Watch.LetGoAsync();
        if (!_process.HasExited)
        {
            // A stalled one must be woken to hear of its end. It may have ended at the first before we have heard of that.
            _ = Kill(_process.Pid, SignalTerm);
            _ = Kill(_process.Pid, SignalContinue);
        }
        await _process.WaitForExitAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>It stands still: the kernel accepts connections and bytes for it, nothing answers.</summary>
    public void Stall() => Signal(_process!.Pid, SignalStop);

    public void Resume() => Signal(_process!.Pid, SignalContinue);

    public string Describe() =>
        $"===== broker on {_address}, {(IsRunning ? "running" : "stopped")}\n{Tail(_process?.Said ?? "", 60)}\n{Watch.Describe()}";

    internal async Task ResetAsync()
    {
        await StopAsync();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        await Watch.DisposeAsync();
        (_setup, _address, Watch) = (new BrokerSetup(), FreePort.Tcp(), new Watch(_time));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Watch.DisposeAsync();
    }

    private static string Tail(string text, int lines) => string.Join('\n', text.Split('\n').TakeLast(lines));

    private string Configuration()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"listener {Port} 127.0.0.1")
            .AppendLine("log_dest stderr")
            .AppendLine("user root")
            .AppendLine("max_queued_messages 10000");
        if (_setup.Persistent)
        {
            text.AppendLine("persistence true").AppendLine(CultureInfo.InvariantCulture, $"persistence_location {_folder}/");
        }
        if (_setup.UserName is null)
        {
            text.AppendLine("allow_anonymous true");
        }
        else
        {
            string passwords = Path.Combine(_folder, "passwords");
            using var tool = Process.Start("mosquitto_passwd", ["-b", "-c", passwords, _setup.UserName, _setup.Password ?? ""]);
            tool.WaitForExit();
            text.AppendLine("allow_anonymous false").AppendLine(CultureInfo.InvariantCulture, $"password_file {passwords}");
        }
        if (_setup.Tls)
        {
            BrokerCertificate.Write(_folder, _time);
            text.AppendLine(CultureInfo.InvariantCulture, $"cafile {_folder}/ca.pem").AppendLine(
                CultureInfo.InvariantCulture, $"certfile {_folder}/server.pem")
                .AppendLine(CultureInfo.InvariantCulture, $"keyfile {_folder}/server.key");
        }
        return text.ToString();
    }

    private async Task WaitUntilItListensAsync(LeashedProcess process)
    {
        using var stop = new CancellationTokenSource(Deadlines.Patience);
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException($"mosquitto ended at once:\n{Describe()}");
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(_address, stop.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), _time, stop.Token);
            }
        }
    }

    private const int SignalTerm = 15;
    private const int SignalContinue = 18;
    private const int SignalStop = 19;

    private static void Signal(int process, int signal)
    {
        if (Kill(process, signal) != 0)
        {
            throw new InvalidOperationException($"signal {signal} to {process}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
