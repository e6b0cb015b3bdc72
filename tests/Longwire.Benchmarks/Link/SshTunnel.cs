using System.Diagnostics;
using System.Globalization;
using Longwire.Testing;

namespace Longwire.Benchmarks.Link;

/// <summary>An sshd of our own in the far house, with keys that are thrown away, and <c>ssh -L</c> in the near one.</summary>
internal sealed class SshTunnel : IAsyncDisposable
{
    private const int Port = 3243;

    private readonly List<LeashedProcess> _processes = [];

    private SshTunnel()
    {
    }

    /// <param name="to">Port of the far house that it leads to, from <see cref="NearHalf.SshPort"/>.</param>
    public static async Task<SshTunnel> OpenAsync(
        TwoHouses houses, ScratchFolder folder, string to, CancellationToken cancellationToken)
    {
        var tunnel = new SshTunnel();
        try
        {
            await tunnel.StartAsync(houses, folder, to, cancellationToken);
            return tunnel;
        }
        catch
        {
            await tunnel.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The client first: what sshd has begun for it goes with it, and not with sshd.
        foreach (LeashedProcess process in Enumerable.Reverse(_processes)) await process.DisposeAsync();
    }

    private async Task StartAsync(TwoHouses houses, ScratchFolder folder, string to, CancellationToken cancellationToken)
    {
        string hostKey = folder.File("sshd-key"), key = folder.File("ssh-key");
        foreach (string file in new[] { hostKey, key }) await MakeKeyAsync(file);
        string[] shared = (await File.ReadAllTextAsync(hostKey + ".pub", cancellationToken)).Split(' ');
        string server = string.Create(CultureInfo.InvariantCulture, $"[{TwoHouses.FarAddress}]:{Port}");
        await File.WriteAllTextAsync(folder.File("known-hosts"), $"{server} {shared[0]} {shared[1]}\n", cancellationToken);
        await File.WriteAllTextAsync(folder.File("sshd-config"), string.Create(CultureInfo.InvariantCulture, $"""
            Port {Port}
            ListenAddress {TwoHouses.FarAddress}
            HostKey {hostKey}
            AuthorizedKeysFile {key}.pub
            PidFile none
            UsePAM no
            StrictModes no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            AllowTcpForwarding local

            """), cancellationToken);
        // Not strict, for everybody may make files in the temporary folder's parent. It wants a folder in /run of its own.
        LeashedProcess sshd = await Half.StartAsync(
            houses.Far,
            "unshare", "--mount", "sh", "-c", """mount -t tmpfs none /run && mkdir /run/sshd && exec "$@" """, "sh",
            "/usr/sbin/sshd", "-D", "-e", "-f", folder.File("sshd-config"));
        _processes.Add(sshd);
        await Half.UntilAsync(() => sshd.Said.Contains("listening", StringComparison.Ordinal), sshd, "sshd listens", cancellationToken);
        string forward = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{NearHalf.SshPort}:127.0.0.1:{to}");
        string[] options =
        [
            "ExitOnForwardFailure=yes", "BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes",
            $"UserKnownHostsFile={folder.File("known-hosts")}",
        ];
        LeashedProcess ssh = await Half.StartAsync(
            houses.Near,
            ["ssh", "-v", "-F", "none", "-N", "-L", forward, "-p", Port.ToString(CultureInfo.InvariantCulture), "-i", key,
                .. options.SelectMany(option => (string[])["-o", option]), $"root@{TwoHouses.FarAddress}"]);
        _processes.Add(ssh);
        await Half.UntilAsync(
            () => ssh.Said.Contains("Entering interactive session", StringComparison.Ordinal), ssh, "ssh forwards", cancellationToken);
    }

    private static async Task MakeKeyAsync(string file)
    {
        using Process process = Process.Start(
            new ProcessStartInfo("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "benchmark", "-f", file]))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ssh-keygen made no key at {file}.");
    }
}
