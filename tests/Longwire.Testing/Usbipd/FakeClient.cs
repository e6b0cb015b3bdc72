using System.Net.Sockets;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Usbipd;

/// <summary>A connection as the server's script sees it.</summary>
internal sealed class FakeClient(Socket socket, CancellationToken stop)
{
    public int RemotePort => ((System.Net.IPEndPoint)socket.RemoteEndPoint!).Port;

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await socket.SendAsync(bytes, SocketFlags.None, stop);

    public async Task SendByteByByteAsync(ReadOnlyMemory<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++) await SendAsync(bytes.Slice(i, 1));
    }

    /// <summary>This many bytes, or fewer if the client closes before.</summary>
    public async Task<byte[]> ReceiveAsync(int length)
    {
        var bytes = new byte[length];
        int received = 0;
        while (received < length)
        {
            int n = await socket.ReceiveAsync(bytes.AsMemory(received), SocketFlags.None, stop);
            if (n == 0) return bytes[..received];
            received += n;
        }
        return bytes;
    }

    public async Task ReceiveListRequestAsync() => OpCommon.Parse(await ReceiveAsync(OpCommon.Size)).Expect(OpCode.RequestDeviceList);

    public async Task<BusId> ReceiveImportRequestAsync()
    {
        byte[] bytes = await ReceiveAsync(ImportRequest.Size);
        OpCommon.Parse(bytes).Expect(OpCode.RequestImport);
        return ImportRequest.ParseBody(bytes.AsSpan(OpCommon.Size));
    }

    /// <summary>Closes with a reset instead of an end of stream.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Says nothing until the test is over or the client leaves.</summary>
    public async Task StaySilentAsync()
    {
        var bytes = new byte[256];
        while (await socket.ReceiveAsync(bytes, SocketFlags.None, stop) > 0)
        {
        }
    }
}
