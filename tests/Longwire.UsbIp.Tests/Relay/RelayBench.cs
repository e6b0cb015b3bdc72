using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Tests.Urbs;
using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>A relay, what each side says to it, and in words what it says to each side.</summary>
internal sealed class RelayBench(ExportRelayOptions? options = null)
{
    private readonly byte[] _buffer = new byte[UrbFraming.MaxCommand];

    public ExportRelay Relay { get; } = new(options ?? new ExportRelayOptions());

    public void In(uint seqnum, uint ep = 2, int length = 64, int interval = 0) =>
        Relay.FromHost(UrbWords.In(seqnum, ep, length, interval));

    public void Out(uint seqnum, string data) => Relay.FromHost(UrbWords.Out(seqnum, data));

    public void Unlink(uint seqnum, uint unlinked) => Relay.FromHost(UrbWords.Unlink(seqnum, unlinked));

    public void Answer(uint seqnum, string data = "", int status = 0, int actualLength = 0) =>
        FromKernel(UrbWords.RetSubmit(seqnum, status, data.Length == 0 ? actualLength : data.Length, data));

    public void Unlinked(uint seqnum, int status) => FromKernel(UrbWords.RetUnlink(seqnum, status));

    public void FromKernel(byte[] bytes) => Assert.Equal(bytes.Length, Relay.FromKernel(bytes));

    /// <summary>The host asks twice, is lost, and has its answers: what it asked for is used up.</summary>
    public void HoldWithNothingLeft()
    {
        In(1);
        In(2);
        Relay.Hold();
        Assert.Equal("in1, in2", ToKernel());
        Answer(1, "a");
        Answer(2, "b");
        Assert.Equal("1:0+1 a, 2:0+1 b", ToHost());
        Assert.Equal("inffff0000, inffff0001", ToKernel());
    }

    /// <summary>All that waits for the host, as <see cref="UrbWords.Answer"/> says it.</summary>
    public string ToHost()
    {
        var said = new List<string>();
        while (Relay.NextAnswerSize is > 0 and int size)
        {
            Assert.Equal(size, Relay.ReadAnswer(_buffer));
            said.Add(UrbWords.Answer(_buffer.AsSpan(0, UrbHeader.Size), _buffer.AsSpan(UrbHeader.Size, size - UrbHeader.Size)));
        }
        return string.Join(", ", said);
    }

    /// <summary>All that waits for the kernel, as <see cref="UrbWords.Command"/> says it.</summary>
    public string ToKernel() => string.Join(", ", Commands().Select(
        message => UrbWords.Command(message.AsSpan(0, UrbHeader.Size), message.AsSpan(UrbHeader.Size))));

    public List<byte[]> Commands()
    {
        var commands = new List<byte[]>();
        while (Relay.ToKernel.Length > 0)
        {
            Assert.Equal(UrbHeader.Size, Relay.ToKernel.Read(_buffer.AsSpan(0, UrbHeader.Size)));
            int length = UrbFraming.CommandLength(_buffer.AsSpan(0, UrbHeader.Size));
            Assert.Equal(length - UrbHeader.Size, Relay.ToKernel.Read(_buffer.AsSpan(UrbHeader.Size, length - UrbHeader.Size)));
            commands.Add(_buffer[..length]);
        }
        return commands;
    }
}
