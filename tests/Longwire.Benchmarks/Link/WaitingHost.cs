using System.Globalization;
using System.Text.Json.Nodes;
using Longwire.Testing;
using Longwire.Testing.Kernel;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// A published <c>longwire attach</c> with options and memory of its own. It has mounts of its own too: it takes itself for the only one on
/// the machine (/run), and finds and changes nothing of the machine's kernel (/sys).
/// </summary>
internal sealed class WaitingHost : IAsyncDisposable
{
    private const string OwnMounts = """mount -t tmpfs none /run && mount --bind "$0" /sys && exec "$@" """;

    private readonly LeashedProcess _process;
    private readonly ScratchFolder _folder;
    private readonly FakeSysfs _sysfs;

    private WaitingHost(LeashedProcess process, ScratchFolder folder, FakeSysfs sysfs) =>
        (_process, _folder, _sysfs) = (process, folder, sysfs);

    public double ProcessorTime => ProcessFigures.ProcessorSeconds(_process.Pid);

    public double PssBytes => ProcessFigures.PssBytes(_process.Pid);

    public static JsonObject StockPi(string address, int index) => new() { ["name"] = Name(index), ["address"] = address };

    public static JsonObject PairedPi(string code, int index) => new() { ["name"] = Name(index), ["pairing_code"] = code };

    public static async Task<WaitingHost> StartAsync(string program, string house, IEnumerable<JsonObject> pis)
    {
        var folder = new ScratchFolder();
        // With vhci_hcd in it, and nothing on its ports.
        var sysfs = new FakeSysfs();
        _ = new FakeVhci(sysfs);
        var options = new JsonObject { ["pis"] = new JsonArray([.. pis]), ["log_level"] = "info" };
        await File.WriteAllTextAsync(folder.File("options.json"), options.ToJsonString());
        LeashedProcess process = await Half.StartAsync(
            house,
            "unshare", "--mount", "sh", "-c", OwnMounts, sysfs.Root.Sys,
            program, "attach", "--options", folder.File("options.json"), "--data", folder.File("data"));
        return new WaitingHost(process, folder, sysfs);
    }

    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public void RequireRunning()
    {
        if (_process.HasExited) throw new InvalidOperationException($"The program ended by itself. Its log:\n{_process.Said}");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
        _sysfs.Dispose();
    }

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"p{index + 1:00}");
}
