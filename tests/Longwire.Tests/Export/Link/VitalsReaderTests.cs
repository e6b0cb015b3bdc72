using Longwire.Export.Link;
using Longwire.Link.Wire;
using Longwire.Testing.Kernel;
using Xunit;

namespace Longwire.Tests.Export.Link;

/// <summary>What a machine's kernel says of it, in files as real ones have them, and in none.</summary>
public sealed class VitalsReaderTests : IDisposable
{
    private const string Heads =
        "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE\n"
            + " face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22\n";

    private readonly FakeSysfs _sysfs = new();

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_Raspberry_Pi_on_Wi_Fi_says_all()
    {
        Zone(0, "cpu-thermal", "48312");
        Sensor("cpu_thermal", null);
        Sensor("rpi_volt", "0");
        Proc("loadavg", "0.42 0.18 0.12 1/80 11206");
        Proc("uptime", "90061.47 234388.90");
        Proc("net/wireless", Heads + " wlan0: 0000   54.  -56.  -256        0      0      0      0      0        0\n");
        Assert.Equal(
            new Vitals
            {
                Temperature = 48.312, UnderVoltage = false, Load = 0.42, Uptime = TimeSpan.FromSeconds(90061.47), WifiSignal = -56,
            },
            Read());
        Sensor("rpi_volt", "1");
        Assert.True(Read().UnderVoltage);
    }

    [Fact]
    public void A_machine_that_says_nothing_is_not_asked_twice_and_nothing_is_made_up() => Assert.Equal(new Vitals(), Read());

    [Theory]
    [InlineData("", "", "", "")]
    [InlineData("hot", "x", "-", "many words here")]
    [InlineData("99999999999999999999", "2 3", "nan 1", "infinity 5")]
    [InlineData("\0\0", "-1", "\n\n", "-3 0")]
    public void What_makes_no_sense_is_not_known(string temperature, string alarm, string load, string uptime)
    {
        Zone(0, "cpu-thermal", temperature);
        Sensor("rpi_volt", alarm);
        Proc("loadavg", load);
        Proc("uptime", uptime);
        Proc("net/wireless", Heads + "nothing\n wlan0: 0000\n: : :\n");
        Assert.Equal(new Vitals(), Read());
    }

    [Theory]
    [InlineData("x86_pkg_temp", 61.0)]
    [InlineData("acpitz", 27.8)]
    public void Of_several_zones_the_processors_counts(string best, double degrees)
    {
        Zone(0, "acpitz", "27800");
        Zone(1, "iwlwifi_1", "45000");
        if (best == "x86_pkg_temp") Zone(2, best, "61000");
        Assert.Equal(degrees, Read().Temperature);
    }

    [Fact]
    public void Zones_of_which_none_is_a_processor_are_not_guessed_at()
    {
        Zone(0, "iwlwifi_1", "45000");
        Assert.Equal(45, Read().Temperature);
        Zone(1, "battery", "30000");
        Assert.Null(Read().Temperature);
    }

    // Quality, level and noise; drivers of old give the level as a byte, and an interface that is not connected has none.
    [Theory]
    [InlineData(" wlan0: 0000   54.  -56.  -256  0", -56)]
    [InlineData(" wlan0: 0000   54.  200.  161.  0", -56)]
    [InlineData(" wlan0: 0000    0.    0.     0  0", null)]
    [InlineData(" wlan0: 0000    0. -256.  -256  0", null)]
    [InlineData(" wlan0: 0000    0.    0.     0  0\n wlan1: 0000   54  -71  -256  0", -71)]
    [InlineData("", null)]
    public void The_signal_is_that_of_an_interface_that_is_connected(string lines, int? signal)
    {
        Proc("net/wireless", Heads + lines + "\n");
        Assert.Equal(signal, Read().WifiSignal);
    }

    private Vitals Read() => VitalsReader.Read(_sysfs.Root);

    private void Zone(int number, string type, string temperature)
    {
        string zone = Path.Combine(_sysfs.Root.Sys, $"class/thermal/thermal_zone{number}");
        FakeSysfs.WriteFile(Path.Combine(zone, "type"), type + "\n");
        FakeSysfs.WriteFile(Path.Combine(zone, "temp"), temperature + "\n");
    }

    private void Sensor(string name, string? alarm)
    {
        string sensor = Path.Combine(_sysfs.Root.Sys, $"class/hwmon/hwmon_{name}");
        FakeSysfs.WriteFile(Path.Combine(sensor, "name"), name + "\n");
        if (alarm is not null) FakeSysfs.WriteFile(Path.Combine(sensor, "in0_lcrit_alarm"), alarm + "\n");
    }

    private void Proc(string file, string text) => FakeSysfs.WriteFile(Path.Combine(_sysfs.Root.Proc, file), text + "\n");
}
