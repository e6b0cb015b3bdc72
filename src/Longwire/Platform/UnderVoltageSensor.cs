using System.Globalization;
using Longwire.UsbIp.Linux;

namespace Longwire.Platform;

/// <summary>The sensor of a Raspberry Pi that says whether its power was too low a moment ago (raspberrypi-hwmon).</summary>
internal static class UnderVoltageSensor
{
    /// <returns>Null: this machine has none, or it is not to be read.</returns>
    public static bool? Read(SysfsRoot root)
    {
        string hwmon = Path.Combine(root.Sys, "class/hwmon");
        try
        {
            if (!Directory.Exists(hwmon)) return null;
            foreach (string sensor in Directory.EnumerateDirectories(hwmon))
            {
                if (Text(sensor, "name") != "rpi_volt") continue;
                return uint.TryParse(Text(sensor, "in0_lcrit_alarm"), NumberStyles.None, CultureInfo.InvariantCulture, out uint alarm)
                    ? alarm > 0
                    : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sensor that goes while the folder is read.
        }
        return null;
    }

    private static string? Text(string sensor, string file)
    {
        string path = Path.Combine(sensor, file);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
