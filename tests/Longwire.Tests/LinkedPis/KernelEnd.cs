using System.Net.Sockets;
using Longwire.Attach;
using Longwire.Testing.Peers;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>vhci_hcd's end of a carrier: says URBs of an <see cref="AcmStick"/>'s driver, and reads the answers.</summary>
internal sealed class KernelEnd : IDisposable
{
    private readonly Socket _socket;
    private uint _seqnum;

    /// <inheritdoc cref="ICarrier.Start" path="/param"/>
    public KernelEnd(ICarrier carrier, Action? changed = null) => _socket = Take(carrier, changed ?? (static () => { }));

    /// <summary>Starts a carrier. As the kernel does, it takes a reference of its own.</summary>
    public static Socket Take(ICarrier carrier, Action changed)
    {
        var handle = (SafeSocketHandle)carrier.Start(changed);
#pragma warning disable CA2000 // The socket disposes of its handle.
        return new Socket(new SafeSocketHandle(Tmds.Linux.LibC.dup((int)handle.DangerousGetHandle()), ownsHandle: true));
#pragma warning restore CA2000
    }

    public async Task<byte[]> EchoAsync(byte[] said, int? expect = null)
    {
        await SendAsync(Out(said, out uint told));
        var heard = new List<byte>();
        bool isTold = false;
        await SendAsync(In(out _));
        while (heard.Count < (expect ?? said.Length) || !isTold)
        {
            RetSubmit answer = await AnswerAsync();
            if (answer.Seqnum == told)
            {
                isTold = true;
                continue;
            }
            heard.AddRange(await ReadAsync(answer.ActualLength));
            if (heard.Count < (expect ?? said.Length)) await SendAsync(In(out _));
        }
        return [.. heard];
    }

    public byte[] Out(byte[] data, out uint seqnum)
    {
        seqnum = ++_seqnum;
        byte[] bytes = new byte[UrbHeader.Size + data.Length];
        new CmdSubmit
        {
            Seqnum = seqnum, DevId = 0x0001_0002, Direction = UrbDirection.Out, Ep = AcmStick.DataEp, TransferBufferLength = data.Length,
        }.Write(bytes);
        data.CopyTo(bytes, UrbHeader.Size);
        return bytes;
    }

    public byte[] In(out uint seqnum)
    {
        seqnum = ++_seqnum;
        byte[] bytes = new byte[UrbHeader.Size];
        new CmdSubmit
        {
            Seqnum = seqnum, DevId = 0x0001_0002, Direction = UrbDirection.In, Ep = AcmStick.DataEp, TransferBufferLength = 64,
            TransferFlags = CmdSubmit.UrbDirIn,
        }.Write(bytes);
        return bytes;
    }

    public async Task SendAsync(byte[] bytes) => await _socket.SendAsync(bytes, RawHost.Cancelled);

    public async Task<RetSubmit> AnswerAsync() => RetSubmit.Parse(await ReadAsync(UrbHeader.Size));

    /// <summary>Nothing more comes: the port is gone.</summary>
    public async Task<int> ReadToEndAsync()
    {
        byte[] bytes = new byte[4096];
        int all = 0;
        while (await ReceiveAsync(bytes) is var read and > 0) all += read;
        return all;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>A control request that sets something.</summary>
    /// <returns>Its status.</returns>
    public async Task<int> SetAsync(SetupPacket setup, byte[] data)
    {
        byte[] bytes = new byte[UrbHeader.Size + data.Length];
        new CmdSubmit
        {
            Seqnum = ++_seqnum,
            DevId = 0x0001_0002,
            Direction = UrbDirection.Out,
            TransferBufferLength = data.Length,
            Ep = 0,
            Setup = setup,
        }.Write(bytes);
        data.CopyTo(bytes, UrbHeader.Size);
        await SendAsync(bytes);
        RetSubmit answer = await AnswerAsync();
        Assert.Equal(_seqnum, answer.Seqnum);
        return answer.Status;
    }

    public async Task<byte[]> ReadAsync(int length)
    {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length;)
        {
            int read = await ReceiveAsync(bytes.AsMemory(at));
            Assert.NotEqual(0, read);
            at += read;
        }
        return bytes;
    }

    private async Task<int> ReceiveAsync(Memory<byte> bytes) =>
        await _socket.ReceiveAsync(bytes, RawHost.Cancelled).AsTask().WaitAsync(RawHost.Deadline, RawHost.Cancelled);
}
