using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// Two network namespaces with a switch between them, in a third. When the switch carries nothing neither of the two sees its own link go
/// down.
/// </summary>
internal sealed class TwoHouses : IAsyncDisposable
{
    private const string Cable = "far";

    // As bridge_slave has them (linux/if_bridge.h).
    private const string Disabled = "0", Forwarding = "3";

    private readonly string _switch = Name("switch");
    private readonly List<string> _made = [];

    private TwoHouses()
    {
    }

    /// <summary>The namespace of the host.</summary>
    public string Near { get; } = Name("near");

    /// <summary>The namespace of the Pi.</summary>
    public string Far { get; } = Name("far");

    public static IPAddress NearAddress { get; } = new([10, 77, 0, 1]);

    public static IPAddress FarAddress { get; } = new([10, 77, 0, 2]);

    public static async Task<TwoHouses> BuildAsync()
    {
        var houses = new TwoHouses();
        try
        {
            await houses.BuildAllAsync();
            return houses;
        }
        catch
        {
            await houses.DisposeAsync();
            throw;
        }
    }

    /// <summary>The command line that runs a program in one of them.</summary>
    public static string[] In(string house, params string[] command) => ["netns", "exec", house, .. command];

    /// <summary>From now on nothing arrives, either way.</summary>
    public Task CutAsync() => IpAsync("-n", _switch, "link", "set", "dev", Cable, "type", "bridge_slave", "state", Disabled);

    public Task MendAsync() => IpAsync("-n", _switch, "link", "set", "dev", Cable, "type", "bridge_slave", "state", Forwarding);

    public async ValueTask DisposeAsync()
    {
        // With a namespace go its devices, and with each device of a pair the other one.
        foreach (string house in _made) await IpAsync("netns", "del", house);
        _made.Clear();
    }

    private static string Name(string what) => string.Create(CultureInfo.InvariantCulture, $"longwire-{what}-{Environment.ProcessId}");

    private async Task BuildAllAsync()
    {
        foreach (string house in new[] { _switch, Near, Far })
        {
            await IpAsync("netns", "add", house);
            _made.Add(house);
            await IpAsync("-n", house, "link", "set", "lo", "up");
        }
        await IpAsync("-n", _switch, "link", "add", "switch", "type", "bridge");
        await IpAsync("-n", _switch, "link", "set", "switch", "up");
        await PlugAsync(Near, NearAddress, "near");
        await PlugAsync(Far, FarAddress, Cable);
    }

    private async Task PlugAsync(string house, IPAddress address, string cable)
    {
        await IpAsync("-n", house, "link", "add", "eth0", "type", "veth", "peer", "name", cable, "netns", _switch);
        await IpAsync("-n", _switch, "link", "set", cable, "master", "switch");
        await IpAsync("-n", _switch, "link", "set", cable, "up");
        await IpAsync("-n", house, "addr", "add", $"{address}/24", "dev", "eth0");
        await IpAsync("-n", house, "link", "set", "eth0", "up");
    }

    private static async Task IpAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"'ip {string.Join(' ', arguments)}' failed: {said.Trim()}");
    }
}
