namespace Longwire.UsbIp.Usb;

/// <summary>The interface descriptors among others (USB 2.0, table 9-12).</summary>
internal static class InterfaceDescriptors
{
    private const int ClassAt = 5;

    /// <summary>
    /// The classes of every alternate setting of every interface. Ends at a descriptor that is none: what follows has no frame.
    /// </summary>
    public static HashSet<UsbInterfaceClass> ClassesIn(ReadOnlySpan<byte> descriptors)
    {
        var classes = new HashSet<UsbInterfaceClass>();
        ReadOnlySpan<byte> rest = descriptors;
        while (rest.Length >= 2 && rest[0] >= 2 && rest[0] <= rest.Length)
        {
            if (rest[1] == DescriptorType.Interface && rest[0] >= ClassAt + 3)
                classes.Add(new UsbInterfaceClass(rest[ClassAt], rest[ClassAt + 1], rest[ClassAt + 2]));
            rest = rest[rest[0]..];
        }
        return classes;
    }
}
