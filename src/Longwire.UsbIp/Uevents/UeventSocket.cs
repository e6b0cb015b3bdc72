using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Longwire.UsbIp.Linux;
using static Tmds.Linux.LibC;

namespace Longwire.UsbIp.Uevents;

/// <summary>
/// Listens to the kernel's device events (netlink NETLINK_KOBJECT_UEVENT, group 1). They reach every network namespace of the initial
/// user namespace. One reader at a time.
/// </summary>
public sealed class UeventSocket : IDisposable
{
    private const int NetlinkKobjectUevent = 15;
    private const uint KernelGroup = 1;

    // A burst (a hub with all its sticks, and udev's coldplug at boot) must fit while we are busy; else ENOBUFS, and a scan.
    private const int ReceiveBufferBytes = 4 << 20;

    // The kernel's own bound is 2 KiB of properties and the path (UEVENT_BUFFER_SIZE); a short buffer would truncate silently.
    private const int LongestMessage = 16384;

    // struct sockaddr_storage: what .NET asks for where it does not know the address family.
    private const int SenderBytes = 128;

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[LongestMessage];
    private readonly SocketAddress _sender = new(AddressFamily.Unspecified, SenderBytes);

    private UeventSocket(Socket socket) => _socket = socket;

    /// <exception cref="KernelRefusedException">The kernel gave no socket.</exception>
    public static unsafe UeventSocket Open()
    {
        int descriptor = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NetlinkKobjectUevent);
        if (descriptor < 0) throw new KernelRefusedException("socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT)", "", errno);
        int bytes = ReceiveBufferBytes;
        // The first may pass net.core.rmem_max and needs CAP_NET_ADMIN; the second is cut to it.
        if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(int)) != 0)
        {
            _ = setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(int));
        }

        // struct sockaddr_nl (linux/netlink.h; Tmds.LibC has none): u16 family, u16 padding, u32 port id (0: given by the kernel), u32
        // groups.
        uint* address = stackalloc uint[3] { (ushort)AF_NETLINK, 0, KernelGroup };
        if (bind(descriptor, (Tmds.Linux.sockaddr*)address, 3 * sizeof(uint)) != 0)
        {
            int error = errno;
            _ = close(descriptor);
            throw new KernelRefusedException("bind(NETLINK_KOBJECT_UEVENT)", "", error);
        }
#pragma warning disable CA2000 // The socket owns the handle, and the returned object the socket.
        return new UeventSocket(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)));
#pragma warning restore CA2000
    }

    /// <summary>The next event of the kernel's, or <see cref="Uevent.Overrun"/>: some were lost, read sysfs again.</summary>
    public async ValueTask<Uevent> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int length;
            // A receive leaves the length of the address it got (12), and the next would refuse so short a buffer.
            _sender.Size = SenderBytes;
            try
            {
                length = await _socket.ReceiveFromAsync(_buffer, SocketFlags.None, _sender, cancellationToken);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                return Uevent.Overrun;
            }
            if (IsFromKernel(_sender) && Uevent.TryParse(_buffer.AsSpan(0, length), out Uevent uevent)) return uevent;
        }
    }

    public void Dispose() => _socket.Dispose();

    // Port id 0 is the kernel (netlink(7)). Anything else is a process that pretends: CVE-2009-1185 was udev not looking.
    private static bool IsFromKernel(SocketAddress sender) =>
        sender.Size >= 12 && BinaryPrimitives.ReadUInt16LittleEndian(sender.Buffer.Span) == (ushort)AF_NETLINK
        && BinaryPrimitives.ReadUInt32LittleEndian(sender.Buffer.Span[4..]) == 0;
}
