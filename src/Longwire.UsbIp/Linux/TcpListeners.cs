using System.Collections.Immutable;
using System.Globalization;

namespace Longwire.UsbIp.Linux;

/// <summary>Who listens on a TCP port of this network namespace.</summary>
public static class TcpListeners
{
    private const string Listening = "0A";

    /// <summary>Null if nobody does, or nobody whom we may see.</summary>
    public static RunningProcess? OwnerOf(SysfsRoot root, int port)
    {
        ArgumentNullException.ThrowIfNull(root);
        ImmutableHashSet<string> sockets =
            [.. SocketsOf(Path.Combine(root.Proc, "net/tcp"), port), .. SocketsOf(Path.Combine(root.Proc, "net/tcp6"), port)];
        if (sockets.IsEmpty) return null;
        return RunningProcess.WithOpen(root, file => sockets.Contains(file.Target)).FirstOrDefault();
    }

    // "sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …" (Documentation/networking/proc_net_tcp.rst).
    private static IEnumerable<string> SocketsOf(string table, int port)
    {
        string suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (string line in (SysfsFile.Read(table) ?? "").Split('\n'))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 9 && columns[3] == Listening && columns[1].EndsWith(suffix, StringComparison.Ordinal))
            {
                yield return $"socket:[{columns[9]}]";
            }
        }
    }
}
