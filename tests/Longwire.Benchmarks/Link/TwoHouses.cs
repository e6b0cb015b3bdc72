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
    private const string Cable = "far", Switch = "switch", Interface = "eth0";

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

    /// <summary>
    /// From now on nothing arrives, either way. The port leaves the switch: a switch without spanning tree takes a port's state "disabled"
    /// without an error and goes on forwarding.
    /// </summary>
    public Task CutAsync() => IpAsync("-n", _switch, "link", "set", "dev", Cable, "nomaster");

    public Task MendAsync() => IpAsync("-n", _switch, "link", "set", "dev", Cable, "master", Switch);

    /// <summary>The near house's own interface: its kernel knows, and sends nothing.</summary>
    public Task InterfaceDownAsync() => IpAsync("-n", Near, "link", "set", "dev", Interface, "down");

    public Task InterfaceUpAsync() => IpAsync("-n", Near, "link", "set", "dev", Interface, "up");

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
        await IpAsync("-n", _switch, "link", "add", Switch, "type", "bridge");
        await IpAsync("-n", _switch, "link", "set", Switch, "up");
        await PlugAsync(Near, NearAddress, "near");
        await PlugAsync(Far, FarAddress, Cable);
    }

    private async Task PlugAsync(string house, IPAddress address, string cable)
    {
        await IpAsync("-n", house, "link", "add", Interface, "type", "veth", "peer", "name", cable, "netns", _switch);
        await IpAsync("-n", _switch, "link", "set", cable, "master", Switch);
        await IpAsync("-n", _switch, "link", "set", cable, "up");
        await IpAsync("-n", house, "addr", "add", $"{address}/24", "dev", Interface);
        await IpAsync("-n", house, "link", "set", Interface, "up");
    }

    private static async Task IpAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"'ip {string.Join(' ', arguments)}' failed: {said.Trim()}");
    }
}
