using System.Buffers.Binary;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Tests.Urbs;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>A proxy, what each side says to it, and in words what it says to each side.</summary>
internal sealed class ProxyBench
{
    public const uint DevId = 0x0002_0003;

    public static readonly SetupPacket GetStatus = new(0xC0, 0x05, 0, 0, 2);

    private readonly HashSet<uint> _ins = [];
    private readonly byte[] _buffer = new byte[UrbFraming.MaxCommand];

    public ProxyBench(UrbProxyOptions? options = null) =>
        Proxy = new UrbProxy(DevId, options ?? new UrbProxyOptions { HeldBytesPerSecond = 0 });

    public UrbProxy Proxy { get; }

    public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

    public void In(uint seqnum, uint ep = 2, int length = 64) => Submit(new CmdSubmit
    {
        Seqnum = seqnum,
        DevId = DevId,
        Direction = UrbDirection.In,
        Ep = ep,
        TransferFlags = CmdSubmit.UrbDirIn,
        TransferBufferLength = length,
    });

    public void Out(uint seqnum, string data, uint ep = 1) => Submit(
        new CmdSubmit { Seqnum = seqnum, DevId = DevId, Direction = UrbDirection.Out, Ep = ep, TransferBufferLength = data.Length },
        UrbWords.Bytes(data));

    public void Control(uint seqnum, SetupPacket setup, string data = "") => Submit(
        new CmdSubmit
        {
            Seqnum = seqnum,
            DevId = DevId,
            Direction = (setup.RequestType & 0x80) != 0 ? UrbDirection.In : UrbDirection.Out,
            Ep = 0,
            TransferBufferLength = setup.Length,
            Setup = setup,
        },
        UrbWords.Bytes(data));

    public void Submit(CmdSubmit submit, params byte[] data)
    {
        if (submit.Direction == UrbDirection.In) _ins.Add(submit.Seqnum);
        var message = new byte[UrbHeader.Size + data.Length];
        submit.Write(message);
        data.CopyTo(message, UrbHeader.Size);
        FromHost(message);
    }

    public void Unlink(uint seqnum, uint unlinked)
    {
        var message = new byte[UrbHeader.Size];
        new CmdUnlink { Seqnum = seqnum, DevId = DevId, UnlinkSeqnum = unlinked }.Write(message);
        FromHost(message);
    }

    public void Hold() => Proxy.Hold(Now);

    /// <summary>What is said to the host when so many milliseconds have passed since <see cref="Now"/>.</summary>
    public string After(int milliseconds)
    {
        Proxy.Tick(Now + TimeSpan.FromMilliseconds(milliseconds));
        return ToHost();
    }

    /// <summary>Takes out so many bytes for the far side.</summary>
    public void Read(int count) => Assert.Equal(count, Proxy.ToFar.Read(_buffer.AsSpan(0, count)));

    public void FromHost(byte[] bytes) => Assert.Equal(bytes.Length, Proxy.FromHost(bytes, Now));

    public void Answer(uint seqnum, int status = 0, int actualLength = 0, string data = "")
    {
        byte[] message = RetSubmit(seqnum, status, data.Length == 0 ? actualLength : data.Length, data);
        Assert.Equal(message.Length, Proxy.FromFar(message, Now));
    }

    public void Unlinked(uint seqnum, int status)
    {
        var message = new byte[UrbHeader.Size];
        new RetUnlink { Seqnum = seqnum, Status = status }.Write(message);
        Assert.Equal(message.Length, Proxy.FromFar(message, Now));
    }

    public static byte[] RetSubmit(uint seqnum, int status, int actualLength, string data = "") =>
        UrbWords.RetSubmit(seqnum, status, actualLength, data);

    /// <summary>
    /// All that waits for the host: <c>7:0+5 hello</c> is a RET_SUBMIT with its status and actual_length, <c>u8:-104</c> a RET_UNLINK.
    /// </summary>
    public string ToHost()
    {
        var said = new List<string>();
        while (Proxy.ToHost.Length > 0)
        {
            Assert.Equal(UrbHeader.Size, Proxy.ToHost.Read(_buffer.AsSpan(0, UrbHeader.Size)));
            if (UrbHeader.Parse(_buffer).Command == UrbCommand.RetUnlink)
            {
                said.Add(UrbWords.Answer(_buffer, []));
                continue;
            }
            RetSubmit answer = Longwire.UsbIp.Wire.RetSubmit.Parse(_buffer);
            byte[] header = _buffer[..UrbHeader.Size];
            Span<byte> data = _buffer.AsSpan(0, _ins.Contains(answer.Seqnum) ? answer.ActualLength : 0);
            Assert.Equal(data.Length, Proxy.ToHost.Read(data));
            said.Add(UrbWords.Answer(header, data));
        }
        return string.Join(", ", said);
    }

    /// <summary>All that waits for the far side: <c>in7</c>, <c>out8 hello</c>, <c>get9 80 06 0</c>, <c>unlink10(8)</c>.</summary>
    public string ToFar(uint devId = DevId)
    {
        var said = new List<string>();
        while (Proxy.ToFar.Length > 0)
        {
            Assert.Equal(UrbHeader.Size, Proxy.ToFar.Read(_buffer.AsSpan(0, UrbHeader.Size)));
            int length = UrbFraming.CommandLength(_buffer.AsSpan(0, UrbHeader.Size)) - UrbHeader.Size;
            Assert.Equal(length, Proxy.ToFar.Read(_buffer.AsSpan(UrbHeader.Size, length)));
            Assert.Equal(devId, BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(8)));
            said.Add(UrbWords.Command(_buffer.AsSpan(0, UrbHeader.Size), _buffer.AsSpan(UrbHeader.Size, length)));
        }
        return string.Join(", ", said);
    }
}
