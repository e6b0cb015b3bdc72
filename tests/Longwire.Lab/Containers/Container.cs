using System.Net;
using System.Text.Json.Nodes;
using Longwire.Lab.Machines;

namespace Longwire.Lab.Containers;

/// <summary>Our image in a guest, run by runc as Docker would run it.</summary>
public sealed class Container
{
    private readonly Guest _guest;
    private readonly ContainerRights _rights;
    private readonly ContainerImage _image;
    private readonly string _name;
    private readonly string[] _environment;

    private Container(Guest guest, string name, ContainerRights rights, ContainerImage image, string[] environment)
    {
        (_guest, _name, _rights, _image, _environment) = (guest, name, rights, image, environment);
    }

    /// <summary>runc, with the output of the container's first process.</summary>
    public GuestProcess Process { get; private set; } = null!;

    /// <summary>Where the container answers on the Supervisor's network.</summary>
    public static IPAddress Address { get; } = IPAddress.Parse("172.30.33.5");

    /// <param name="command">What follows the image's entrypoint; the image's own command if null.</param>
    /// <param name="supervisorPort">Where on the test machine's loopback the Supervisor answers; 0: nowhere.</param>
    public static async Task<Container> RunAsync(
        Guest guest, string name, ContainerRights rights, IEnumerable<string>? command = null, IEnumerable<string>? environment = null,
        int supervisorPort = 0)
    {
        ContainerImage image = ContainerImage.Read(guest.Architecture);
        var container = new Container(guest, name, rights, image, [.. image.Environment, .. environment ?? []]);
        await guest.RunAsync($"container prepare {name} "
            + $"{(rights.HostNetwork ? "" : string.Create(null, $"{Address} {(supervisorPort == 0 ? 9 : supervisorPort)}"))}");
        string spec = ContainerSpec.Of(
            name, rights, [.. image.Entrypoint, .. command ?? image.Command], container._environment);
        await guest.WriteFileAsync($"/run/containers/{name}/config.json", spec);
        container.Process = await guest.StartProcessAsync($"container run {name}");
        return container;
    }

    /// <summary>Runs the image's health check.</summary>
    public async Task<bool> IsHealthyAsync() => (await TryAsync(_rights, [.. _image.Health.Skip(1)])).ExitCode == 0;

    /// <summary>
    /// Another program in the container, as docker exec runs it, but with these rights; whether and why it is denied is the caller's
    /// question.
    /// </summary>
    internal async Task<ShellResult> TryAsync(ContainerRights rights, params IEnumerable<string> program)
    {
        JsonObject process = ContainerSpec.Process(rights, program, _environment);
        await _guest.WriteFileAsync($"/run/containers/{_name}/process.json", process.ToJsonString());
        return await _guest.TryRunAsync($"container exec {_name} /run/containers/{_name}/process.json 2>&1");
    }

    /// <summary>The first process' number outside the container.</summary>
    public Task<string> FirstProcessAsync() =>
        _guest.RunAsync($"runc --root /run/runc state {_name} | sed -n 's/.*\"pid\": *\\([0-9]*\\).*/\\1/p'");

    /// <summary>Asks it to stop, as the Supervisor does at first.</summary>
    public async Task<int?> StopAsync(TimeSpan deadline)
    {
        await _guest.RunAsync($"container kill {_name} TERM");
        return await Process.Exited.WaitAsync(deadline);
    }

    /// <summary>SIGKILL to all of it, and its network namespace is gone: no goodbye reaches the Pi.</summary>
    public async Task KillAsync()
    {
        await _guest.RunAsync($"container no-network {_name}; container kill {_name} KILL");
        await Process.Exited;
        await _guest.RunAsync($"container remove {_name}");
    }

    /// <summary>Removes all of it; what runs in it still is killed.</summary>
    public async Task RemoveAsync()
    {
        await _guest.RunAsync($"container remove {_name}");
        // runc itself, which cleans up after the container's end: a new one of that name must not meet it.
        await Process.Exited;
    }
}
