using System.Text.Json;
using Longwire.Lab.Containers;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Supervisor;

namespace Longwire.Lab;

/// <summary>A test of the add-on: the real image, run in the host as the Supervisor runs it, with its AppArmor profile enforced.</summary>
public abstract class AddOnTest(Home home) : RadioTest(home)
{
    /// <summary>Everything on: the stick plugged in, the Pi exporting, the broker up, the add-on started, the radio attached.</summary>
    protected async Task<(LabStick Stick, Container AddOn)> BringUpAddOnAsync(PiSide side)
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, side, stick.Model);
        Container addOn = await StartAddOnAsync();
        await UntilConnectedOrEndedAsync(stick.Model, addOn);
        return (stick, addOn);
    }

    /// <summary>Starts the add-on as the Supervisor does: the options of its page in /data/options.json, its own profile loaded.</summary>
    /// <param name="environment">What the Supervisor would set beside the image's own.</param>
    /// <param name="holdSeconds">Null: as in the options of the other tests.</param>
    /// <param name="others">Pis beside that of most tests.</param>
    protected async Task<Container> StartAddOnAsync(
        object? mqtt = null, IEnumerable<string>? environment = null, int supervisorPort = 0, ContainerRights? rights = null,
        object[]? radios = null, int? holdSeconds = null, params IEnumerable<Pi> others)
    {
        var options = new Dictionary<string, object>
        {
            ["hold_seconds"] = holdSeconds ?? (Home.Attic.PairingCode is null ? 0 : 300),
            ["pis"] = others.Prepend(Home.Attic).Select(Entry),
            ["radios"] = radios ?? [],
            ["mqtt"] = mqtt ?? new Dictionary<string, object> { ["host"] = "10.0.2.2", ["port"] = Home.Broker.Port },
            ["log_level"] = "debug",
        };
        return await AddOn.StartAsync(Home.Host, JsonSerializer.Serialize(options), rights, environment, supervisorPort);
    }

    /// <summary>The same beside a played Supervisor, which keeps the options and gives what else the add-on may ask for.</summary>
    /// <inheritdoc cref="StartAddOnAsync"/>
    protected async Task<Container> StartSupervisedAddOnAsync(
        StandInSupervisor supervisor, object? mqtt = null, object[]? radios = null, int? holdSeconds = null,
        params IEnumerable<Pi> others)
    {
        Container addOn = await StartAddOnAsync(
            mqtt,
            [$"SUPERVISOR_TOKEN={StandInSupervisor.Token}", "LONGWIRE_SUPERVISOR=http://172.30.32.2"],
            supervisor.Port,
            rights: null,
            radios,
            holdSeconds,
            others);
        supervisor.Options = await Home.Host.ReadFileAsync("/data/options.json");
        return addOn;
    }

    private static Dictionary<string, string> Entry(Pi pi)
    {
        var entry = new Dictionary<string, string> { ["name"] = pi.Name, ["address"] = pi.Address.ToString() };
        if (pi.PairingCode is { } code) entry["pairing_code"] = code;
        return entry;
    }

    /// <summary>Does not wait for what a container that has ended will never do.</summary>
    private async Task UntilConnectedOrEndedAsync(StickModel model, Container addOn)
    {
        Task connected = UntilConnectedAsync(model);
        await Task.WhenAny(connected, addOn.Process.Exited);
        if (!connected.IsCompleted) throw new InvalidOperationException($"The add-on ended with {await addOn.Process.Exited}.");
        await connected;
        await UntilToldAsync(IdOf(model));
    }

    /// <summary>What the kernel denied our profile.</summary>
    protected IReadOnlyList<string> Denied() =>
        [.. Home.Host.Kernel.Lines.Select(line => line.Message)
            .Where(line => line.Contains("apparmor=\"DENIED\"", StringComparison.Ordinal) && line
                .Contains($"profile=\"{AddOn.Slug}", StringComparison.Ordinal))];
}
