using System.Net;
using Longwire.Lab.Machines;
using Longwire.Lab.Network;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab;

/// <summary>
/// A house: two Pis, two hosts, a machine to install packages on, the switch between them and the broker. Guests are started when a test
/// first needs them and serve every later test; between tests the house is put back in order, and a test that makes that impossible fails.
/// </summary>
public sealed class Home : IAsyncLifetime
{
    private readonly string _folder;
    private readonly Switch _switch;

    public Home()
        : this(MachineKind.Usual)
    {
    }

    /// <param name="kind">What its Pis and hosts are.</param>
    internal Home(MachineKind kind)
    {
        TimeProvider time = TimeProvider.System;
        _folder = LabFolders.NewRun($"house-{Guid.NewGuid().ToString("N")[..4]}", time);
        _switch = new Switch(time);
        Attic = new Pi("attic", IPAddress.Parse("10.77.0.11"), "52:54:00:77:00:0b", _switch.Connect("attic"), _folder, time, kind);
        Cellar = new Pi("cellar", IPAddress.Parse("10.77.0.12"), "52:54:00:77:00:0c", _switch.Connect("cellar"), _folder, time, kind);
        Host = new Host("house", IPAddress.Parse("10.77.0.21"), "52:54:00:77:00:15", _switch.Connect("house"), _folder, time, kind);
        Neighbour = new Host(
            "neighbour", IPAddress.Parse("10.77.0.22"), "52:54:00:77:00:16", _switch.Connect("neighbour"), _folder, time, kind);
        Shed = new DebianMachine("shed", IPAddress.Parse("10.77.0.31"), "52:54:00:77:00:1f", _switch.Connect("shed"), _folder, time);
        Broker = new Broker(_folder, time);
    }

    /// <summary>The Pi of most tests.</summary>
    public Pi Attic { get; }

    /// <summary>A second Pi, for those that need one.</summary>
    public Pi Cellar { get; }

    /// <summary>The host of most tests.</summary>
    public Host Host { get; }

    /// <summary>Somebody else's host.</summary>
    public Host Neighbour { get; }

    /// <summary>A machine with systemd and dpkg, to install our package on.</summary>
    public DebianMachine Shed { get; }

    /// <summary>A real mosquitto on the test machine; not started before a test starts it.</summary>
    public Broker Broker { get; }

    private IEnumerable<Guest> Guests => [Attic, Cellar, Host, Neighbour, Shed];

    /// <summary>Switches on what is not on yet, all at once.</summary>
    public static Task StartAsync(params IEnumerable<Guest> guests) =>
        Task.WhenAll(guests.Select(guest => guest.StartAsync(TestContext.Current.CancellationToken)));

    /// <summary>
    /// Options for a host of this house: these Pis, over the link if they were paired, this broker, and whatever lines are added.
    /// </summary>
    /// <param name="mqtt">More of what the broker wants, as entries of a flow mapping, such as <c>, tls: true</c>.</param>
    /// <remarks>
    /// A test that does not speak of holding is about what the kernel has by itself of a Pi that is not paired: its connection, and that
    /// connection's end.
    /// </remarks>
    public string Options(IEnumerable<Guest> pis, string more = "", string mqtt = "") => $$"""
        pis:
        {{string.Join('\n', pis.Select(Entry))}}
        mqtt: { host: 10.0.2.2, port: {{Broker.Port}}{{mqtt}} }
        log_level: debug
        {{(pis.Any(IsPaired) || more.Contains("hold_seconds", StringComparison.Ordinal) ? "" : "hold_seconds: 0")}}
        {{more}}

        """;

    private static bool IsPaired(Guest pi) => pi is Pi { PairingCode: not null };

    private static string Entry(Guest pi) => $"  - name: {pi.Name}\n    address: {pi.Address}"
        + (pi is Pi { PairingCode: { } code } ? $"\n    pairing_code: {code}" : "");

    /// <summary>Puts the house back in order and checks that it is.</summary>
    public async Task ResetAsync()
    {
        _switch.Mend();
        await Task.WhenAll([Broker.ResetAsync(), .. Guests.Select(guest => guest.ResetAsync())]);
    }

    /// <summary>
    /// How slow a guest is now. Where processors are scarce on purpose, with all guests of this house at work as they are in what is
    /// measured: one that idles would leave it more than it had.
    /// </summary>
    internal async Task<double> PaceOfAsync(Guest guest)
    {
        Task<double> asked = Pace.OfAsync(guest);
        if (Pace.IsSlowedOnPurpose) await Task.WhenAll(Guests.Where(other => other.IsOn && other != guest).Select(Pace.OfAsync));
        return await asked;
    }

    /// <summary>Everything that explains a failure.</summary>
    public async Task<string> DescribeAsync()
    {
        string[] parts = await Task.WhenAll(
            Guests.Where(guest => guest.IsOn || guest.Processes.Count > 0).Select(guest => guest.DescribeAsync()));
        return string.Join('\n', [.. parts, Broker.Describe(), $"(disks and consoles: {_folder})"]);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Guests.Select(guest => guest.DisposeAsync().AsTask()));
        await _switch.DisposeAsync();
        await Broker.DisposeAsync();
    }
}
