using System.Buffers.Binary;
using System.Collections.Immutable;
using Longwire.UsbIp.Usb;

namespace Longwire.UsbIp.Sysfs;

/// <summary>Finds one configuration in sysfs' <c>descriptors</c>: 18 bytes of device descriptor, then every configuration whole (USB 2.0, 9.5).</summary>
internal static class ConfigurationDescriptor
{
    private const int DeviceLength = 18;
    private const int HeaderLength = 9;
    private const byte TypeConfiguration = 2;
    private const byte TypeInterface = 4;

    /// <summary>
    /// The active configuration, or the first while the device is not configured (as under <c>authorized</c> 0); null where the bytes are
    /// not what the USB specification says. They come from the device, so every length in them is a claim.
    /// </summary>
    public static (ReadOnlyMemory<byte> DeviceAndConfiguration, ImmutableArray<UsbInterfaceClass> Interfaces)? Active(
        ReadOnlySpan<byte> descriptors, byte configurationValue)
    {
        if (descriptors.Length < DeviceLength) return null;
        ReadOnlySpan<byte> rest = descriptors[DeviceLength..];
        while (rest.Length >= HeaderLength && rest[1] == TypeConfiguration)
        {
            int total = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            if (total < HeaderLength || total > rest.Length) return null;
            if (configurationValue == 0 || rest[5] == configurationValue)
            {
                ReadOnlySpan<byte> configuration = rest[..total];
                byte[] both = [.. descriptors[..DeviceLength], .. configuration];
                return (both, Interfaces(configuration));
            }
            rest = rest[total..];
        }
        return null;
    }

    private static ImmutableArray<UsbInterfaceClass> Interfaces(ReadOnlySpan<byte> configuration)
    {
        ImmutableArray<UsbInterfaceClass>.Builder interfaces = ImmutableArray.CreateBuilder<UsbInterfaceClass>();
        while (configuration.Length >= 2 && configuration[0] >= 2 && configuration[0] <= configuration.Length)
        {
            // bAlternateSetting 0 only: the others are the same interface with other bandwidth.
            if (configuration[1] == TypeInterface && configuration[0] >= HeaderLength && configuration[3] == 0)
            {
                interfaces.Add(new UsbInterfaceClass(configuration[5], configuration[6], configuration[7]));
            }
            configuration = configuration[configuration[0]..];
        }
        return interfaces.ToImmutable();
    }
}
