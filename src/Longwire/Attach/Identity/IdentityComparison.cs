using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>Whether the device that the kernel read is the one that answered us.</summary>
internal static class IdentityComparison
{
    /// <summary>What differs, in words; null if nothing does.</summary>
    public static string? Difference(DeviceIdentity asked, DeviceIdentity kernel)
    {
        if (asked.Id != kernel.Id) return $"it called itself {asked.Id} and then {kernel.Id}";
        if (!asked.Descriptors.Span.SequenceEqual(kernel.Descriptors.Span))
        {
            return "its descriptors changed between our look and the kernel's";
        }
        if (!Same(asked.Serial, kernel.Serial)) return $"its serial was '{asked.Serial}' and then '{kernel.Serial}'";
        return Same(asked.Product, kernel.Product) ? null : $"its product was '{asked.Product}' and then '{kernel.Product}'";
    }

    // The kernel keeps blanks and control characters of string descriptors; ours are cleaned as they are read.
    private static bool Same(string? one, string? other) => DeviceText.Clean(one) == DeviceText.Clean(other);
}
