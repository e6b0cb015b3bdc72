using System.Net;
using System.Net.Sockets;
using Longwire.Options;
using Longwire.Platform;
using Longwire.UsbIp.Linux;

namespace Longwire.Doctor;

/// <summary>Whether hosts find somebody at the Pi's ports: the link's, and that of stock USB/IP where it is to be served.</summary>
internal sealed class PiListenersCheck : ICheck
{
    public Question Question { get; } = new("export_port", "The ports on which hosts ask for radios were tried from this machine itself.");

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        ExportOptions options = context.Export!;
        int[] ports = options.Stock.Allow.IsEmpty ? [options.Listen] : [options.Listen, options.Stock.Port];
        return await Task.WhenAll(ports.Select(port => TryAsync(port, context, cancellationToken)));
    }

    private async Task<Finding> TryAsync(int port, DoctorContext context, CancellationToken cancellationToken)
    {
        Question question = Question.About($"port {port}");
        using var deadline = new Deadline(DoctorTimers.Listener, context.Time, cancellationToken);
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), deadline.Token);
        }
        catch (SocketException)
        {
            return question.Problem(
                $"Nothing listens on port {port}: longwire export does not run, or has another port.",
                "Start it: 'sudo systemctl start longwire-export', or 'docker compose up -d'. 'journalctl -u longwire-export' says why "
                    + "it ended");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return question.Problem(
                $"Port {port} takes no connection: what listens there hangs, or a firewall swallows it.",
                "Restart it: 'sudo systemctl restart longwire-export', or 'docker compose restart'");
        }
        RunningProcess? owner = await context.Calls.RunAsync(() => TcpListeners.OwnerOf(context.Sysfs, port), cancellationToken);
        return owner switch
        {
            { Name: "longwire" } => question.Ok($"Port {port} is open."),
            { Name: "usbipd" } => question.Problem(
                Stranger(owner, port), "Run 'sudo systemctl disable --now usbipd', then restart longwire export"),
            not null => question.Problem(
                Stranger(owner, port), "Stop that program, or give longwire export another port in its options"),
            null => question.Unknown(
                $"Port {port} is open. Who listens there cannot be seen from here.",
                $"Run 'sudo ss -ltnp sport = :{port}' on the machine itself"),
        };
    }

    private static string Stranger(RunningProcess owner, int port) =>
        $"{owner} listens on port {port}, where longwire export is to listen.";
}
