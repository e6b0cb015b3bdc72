using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// Two stream sockets of this machine, connected to each other (socketpair(2)). vhci_hcd takes either for a connection: it asks for a
/// stream and for nothing else.
/// </summary>
public static class SocketPair
{
    /// <exception cref="SocketException">No descriptors are left.</exception>
    public static unsafe (Socket One, Socket Other) Create()
    {
        int* descriptors = stackalloc int[2];
        if (LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0, descriptors) != 0)
            throw new SocketException(Marshal.GetLastPInvokeError());
        return (Of(descriptors[0]), Of(descriptors[1]));
    }

#pragma warning disable CA2000 // The socket disposes of its handle.
    private static Socket Of(int descriptor) => new(new SafeSocketHandle(descriptor, ownsHandle: true));
#pragma warning restore CA2000
}
