using System.Collections.Immutable;

namespace Longwire.UsbIp.Usb;

/// <summary>
/// What a device says of itself, read from the device or from the kernel that enumerated it.
/// Texts are null where the device has none.
/// </summary>
public sealed record DeviceIdentity
{
    public required UsbId Id { get; init; }
    public required ushort BcdDevice { get; init; }
    public string? Manufacturer { get; init; }
    public string? Product { get; init; }
    public string? Serial { get; init; }

    /// <summary>Texts that the device has (their index is not 0) and that could not be read.</summary>
    public DeviceTexts Unread { get; init; }

    /// <summary>Interfaces of the active configuration, alternate setting 0 each.</summary>
    public required ImmutableArray<UsbInterfaceClass> Interfaces { get; init; }

    /// <summary>
    /// The 18 bytes of the device descriptor followed by the whole active configuration, as they crossed the wire: the
    /// same layout as sysfs' <c>descriptors</c> for a device of one configuration.
    /// </summary>
    public required ReadOnlyMemory<byte> Descriptors { get; init; }

    /// <summary>bNumConfigurations.</summary>
    public byte ConfigurationCount => Descriptors.Span[DeviceDescriptor.Size - 1];

    /// <summary>The classes of every alternate setting of every interface of the active configuration.</summary>
    public IReadOnlySet<UsbInterfaceClass> AllInterfaceClasses()
    {
        HashSet<UsbInterfaceClass> classes = InterfaceDescriptors.ClassesIn(Descriptors.Span[DeviceDescriptor.Size..]);
        classes.UnionWith(Interfaces);
        return classes;
    }
}
