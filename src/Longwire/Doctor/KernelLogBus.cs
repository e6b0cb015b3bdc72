using System.Globalization;
using System.Text.RegularExpressions;

namespace Longwire.Doctor;

internal static partial class KernelLogBus
{
    /// <summary>The bus of the device that a line is about; null: it names none.</summary>
    public static int? Of(string line) =>
        Device().Match(line) is { Success: true } device
        && int.TryParse(device.Groups["bus"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int bus)
            ? bus
            : null;

    [GeneratedRegex(@"^(usb|hub|cdc_acm) (usb)?(?<bus>\d{1,5})[-:]")]
    private static partial Regex Device();
}
