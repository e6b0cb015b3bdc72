using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Longwire.Testing;
using Longwire.UsbIp.Usb;

namespace Longwire.Benchmarks.Beside;

/// <summary>
/// One of the two programs, run as <c>longwire attach</c> with options, memory and base topic of its own. It has mounts of its own too:
/// each takes itself for the only one on the machine (/run), and neither finds or changes anything of the machine's kernel (/sys).
/// </summary>
internal sealed class Contestant : IAsyncDisposable
{
    // In a user namespace, so that nobody has to be root for it, and root there loads no modules.
    private static readonly string[] s_ownMounts =
    [
        "--user", "--map-root-user", "--mount",
        "sh", "-c", """mount -t tmpfs none /run && mount -t tmpfs none /sys && exec "$@" """, "longwire",
    ];

    private readonly LeashedProcess _process;
    private readonly DirectoryInfo _folder;

    private Contestant(LeashedProcess process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    /// <summary>Lines of its log so far.</summary>
    public int LogLines => _process.LinesSaid;

    /// <summary>The last of its log.</summary>
    public string Log => _process.Said;

    public bool HasExited => _process.HasExited;

    /// <param name="pis">Named p01, p02 and so on.</param>
    /// <param name="wanted">Ids of the stick that is wanted of each; null: none.</param>
    public static async Task<Contestant> StartAsync(
        string program, string baseTopic, int brokerPort, IReadOnlyCollection<IPEndPoint> pis, UsbId? wanted)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("longwire-beside-");
        var options = new JsonObject
        {
            ["pis"] = new JsonArray([.. pis.Select((pi, index) => new JsonObject { ["name"] = PiId(index), ["address"] = pi.ToString() })]),
            ["radios"] = new JsonArray([.. pis.Where(_ => wanted is not null).Select((_, index) => Rule(wanted, index))]),
            ["mqtt"] = new JsonObject { ["host"] = "127.0.0.1", ["port"] = brokerPort },
            ["base_topic"] = baseTopic,
            ["log_level"] = "info",
        };
        string file = Path.Combine(folder.FullName, "options.json");
        await File.WriteAllTextAsync(file, options.ToJsonString());
        string[] attach = [program, "attach", "--options", file, "--data", Path.Combine(folder.FullName, "data")];
        return new Contestant(await LeashedProcess.StartAsync("unshare", [.. s_ownMounts, .. attach]), folder);
    }

    public static string PiId(int index) => string.Create(CultureInfo.InvariantCulture, $"p{index + 1:00}");

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static JsonObject Rule(UsbId? wanted, int pi) => new() { ["match"] = wanted.ToString(), ["pi"] = PiId(pi) };
}
