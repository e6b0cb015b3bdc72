using System.Globalization;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Linux;

namespace Longwire.Export.Link;

/// <summary>How this machine is, as far as its kernel says it. What cannot be read is not known, and nothing else is lost by it.</summary>
internal static class VitalsReader
{
    // The kinds of thermal zone that are a processor, the best first: Raspberry Pi and most boards, Intel, AMD and old machines.
    private static readonly string[] s_processors = ["cpu-thermal", "cpu_thermal", "soc_thermal", "x86_pkg_temp", "acpitz"];

    public static Vitals Read(SysfsRoot root) => new()
    {
        Temperature = Temperature(root),
        UnderVoltage = UnderVoltageSensor.Read(root),
        Load = Load(root),
        Uptime = KernelUptime.Read(root.Proc),
        WifiSignal = WifiSignal(root),
    };

    // /sys/class/thermal/thermal_zone0/temp: thousandths of a degree (Documentation/driver-api/thermal/sysfs-api.rst).
    private static double? Temperature(SysfsRoot root)
    {
        string[] zones = Zones(Path.Combine(root.Sys, "class/thermal"));
        string? best = s_processors
            .Select(kind => zones.FirstOrDefault(zone => FirstLine(Path.Combine(zone, "type")) == kind))
            .FirstOrDefault(zone => zone is not null);
        if (best is null && zones is [var only]) best = only;
        return best is not null
            && int.TryParse(
                FirstLine(Path.Combine(best, "temp")), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int thousandths)
            ? thousandths / 1000.0
            : null;
    }

    private static string[] Zones(string folder)
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. Directory.EnumerateDirectories(folder, "thermal_zone*").Order(StringComparer.Ordinal)]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // "0.20 0.18 0.12 1/80 11206": the mean of the last minute first (proc_loadavg(5)).
    private static double? Load(SysfsRoot root) =>
        double.TryParse(
            FirstLine(Path.Combine(root.Proc, "loadavg"))?.Split(' ')[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double load)
        && double.IsFinite(load)
            ? load
            : null;

    // " wlan0: 0000   54.  -56.  -256 …", behind two lines of heads: status, quality, level, noise. Some drivers give the level as a
    // byte.
    // An interface that is not connected has none.
    private static int? WifiSignal(SysfsRoot root)
    {
        foreach (string line in Lines(Path.Combine(root.Proc, "net/wireless")).Skip(2))
        {
            string[] words = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3
                || !double.TryParse(
                    words[2], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                    out double level))
            {
                continue;
            }
            if (level > 63) level -= 256;
            if (level is > -150 and < 0) return (int)level;
        }
        return null;
    }

    private static string? FirstLine(string path) => Lines(path) is [var first, ..] ? first.Trim() : null;

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A thermal zone that sleeps says EAGAIN.
            return [];
        }
    }
}
