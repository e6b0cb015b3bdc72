using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Identity;

/// <summary>
/// Whether the device that the kernel read is the one that answered us. A text that one of the two could not read is no other text: the
/// kernel goes on without it, and so do we. Only what both have read is compared.
/// </summary>
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
        DeviceTexts unread = asked.Unread | kernel.Unread;
        if (!unread.HasFlag(DeviceTexts.Serial) && !Same(asked.Serial, kernel.Serial))
        {
            return $"its serial was '{asked.Serial}' and then '{kernel.Serial}'";
        }
        return unread.HasFlag(DeviceTexts.Product) || Same(asked.Product, kernel.Product)
            ? null
            : $"its product was '{asked.Product}' and then '{kernel.Product}'";
    }

    // The kernel keeps blanks and control characters of string descriptors; ours are cleaned as they are read.
    private static bool Same(string? one, string? other) => DeviceText.Clean(one) == DeviceText.Clean(other);
}
