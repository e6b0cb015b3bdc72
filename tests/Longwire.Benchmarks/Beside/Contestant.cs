using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Longwire.Testing;
using Longwire.Testing.Kernel;
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
        "sh", "-c", """mount -t tmpfs none /run && mount --bind "$0" /sys && exec "$@" """,
    ];

    private readonly LeashedProcess _process;
    private readonly DirectoryInfo _folder;
    private readonly FakeSysfs _sysfs;

    private Contestant(LeashedProcess process, DirectoryInfo folder, FakeSysfs sysfs) =>
        (_process, _folder, _sysfs) = (process, folder, sysfs);

    /// <summary>Where its page is; null: it shows none.</summary>
    public Uri? Page { get; private init; }

    /// <summary>Its share of memory.</summary>
    public double PssBytes => ProcessFigures.PssBytes(_process.Pid);

    /// <summary>Of the processor, since its start, in seconds.</summary>
    public double ProcessorTime => ProcessFigures.ProcessorSeconds(_process.Pid);

    /// <summary>Lines of its log so far.</summary>
    public int LogLines => _process.LinesSaid;

    /// <summary>The last of its log.</summary>
    public string Log => _process.Said;

    public bool HasExited => _process.HasExited;

    /// <param name="pis">Named p01, p02 and so on.</param>
    /// <param name="wanted">Ids of the stick that is wanted of each; null: none.</param>
    /// <param name="known">That stick was attached before, and is remembered.</param>
    /// <param name="page">Null: it shows none.</param>
    public static async Task<Contestant> StartAsync(
        string program, string baseTopic, int brokerPort, IReadOnlyCollection<IPEndPoint> pis, UsbId? wanted, bool known,
        ContestantPage? page = null)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("longwire-beside-");
        // With vhci_hcd in it, so that what is wanted is asked for; nothing gets so far as to be attached.
        var sysfs = new FakeSysfs();
        _ = new FakeVhci(sysfs);
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
        string data = Path.Combine(folder.FullName, "data");
        if (known && wanted is { } id) await RememberAsync(data, id, pis.Count);
        page?.Prepare?.Invoke(data);
        IPEndPoint? web = page is null ? null : FreePort.Tcp();
        string[] attach = [program, "attach", "--options", file, "--data", data];
        string[] show = web is null ? [] : ["--web", web.Port.ToString(CultureInfo.InvariantCulture)];
        LeashedProcess process = await LeashedProcess.StartAsync("unshare", [.. s_ownMounts, sysfs.Root.Sys, .. attach, .. show]);
        return new Contestant(process, folder, sysfs) { Page = web is null ? null : new Uri($"http://{web}/") };
    }

    public static string PiId(int index) => string.Create(CultureInfo.InvariantCulture, $"p{index + 1:00}");

    /// <summary>What the radio of a Pi that is wanted there is remembered as.</summary>
    public static string RadioId(UsbId id, string pi) => $"{pi}_{id.ToString().Replace(':', '_')}";

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
        _sysfs.Dispose();
    }

    // One of each Pi, as a memory of format 1 has them.
    private static async Task RememberAsync(string data, UsbId id, int pis)
    {
        Directory.CreateDirectory(data);
        var memory = new JsonObject
        {
            ["format"] = 1,
            ["instance_id"] = "beside",
            ["radios"] = new JsonArray([.. Enumerable.Range(0, pis).Select(pi => Memory(id, PiId(pi)))]),
        };
        await File.WriteAllTextAsync(Path.Combine(data, "memory.json"), memory.ToJsonString());
    }

    private static JsonObject Memory(UsbId id, string pi) => new()
    {
        ["id"] = RadioId(id, pi),
        ["name"] = $"Z-Wave of {pi}",
        ["pi_id"] = pi,
        ["usb_id"] = id.ToString(),
        ["controller"] = "platform/soc/3f980000.usb",
        ["port_chain"] = WantedStick.Device.BusId.PortChain,
        ["last_bus_id"] = WantedStick.Device.BusId.ToString(),
        ["serial_port_count"] = 1,
        ["wanted"] = true,
    };

    private static JsonObject Rule(UsbId? wanted, int pi) => new() { ["match"] = wanted.ToString(), ["pi"] = PiId(pi) };
}
