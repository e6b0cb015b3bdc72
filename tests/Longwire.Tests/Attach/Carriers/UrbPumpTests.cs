using System.Net;
using System.Net.Sockets;
using Longwire.Attach.Carriers;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Attach.Carriers;

/// <summary>Between a real socket pair, whose one end a kernel would have, and a real connection to a Pi.</summary>
public sealed class UrbPumpTests : IAsyncLifetime
{
    private const uint DevId = 0x0001_0004;
    private const int Length = 64;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly Socket _kernel;
    private readonly Socket _pi;
    private readonly Socket _connection;
    private readonly UrbPump _pump;

    public UrbPumpTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _connection.Connect(listener.LocalEndPoint!);
        _pi = listener.Accept();
        (Socket ours, _kernel) = SocketPair.Create();
        _pump = new UrbPump(ours, _connection, new UrbProxy(DevId, new UrbProxyOptions()), TimeProvider.System);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _pump.Start();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _pump.DisposeAsync().AsTask().WaitAsync(s_deadline);
        _kernel.Dispose();
        _pi.Dispose();
        _connection.Dispose();
    }

    [Fact]
    public async Task What_the_kernel_asks_reaches_the_Pi_and_the_answer_comes_back_as_it_was()
    {
        byte[] said = [.. Enumerable.Range(0, Length).Select(i => (byte)(i * 7))];
        byte[] asked = [.. In(1), .. Out(2, said)];
        await _kernel.SendAsync(asked, Cancelled);
        Assert.Equal(asked, await ReadAsync(_pi, asked.Length));
        byte[] answers = [.. Answered(2, Length), .. Answered(1, Length), .. said];
        await _pi.SendAsync(answers, Cancelled);
        Assert.Equal(answers, await ReadAsync(_kernel, answers.Length));
    }

    [Fact]
    public async Task A_read_that_the_kernel_gives_up_is_answered_here_and_never_cancelled_on_the_Pi()
    {
        byte[] asked = [.. In(1), .. Unlink(2, unlinked: 1)];
        await _kernel.SendAsync(asked, Cancelled);
        RetUnlink answer = RetUnlink.Parse(await ReadAsync(_kernel, UrbHeader.Size));
        Assert.Equal((2u, RetUnlink.TakenBack), (answer.Seqnum, answer.Status));
        // What the Pi hears next is the next thing that is asked.
        await _kernel.SendAsync(Out(3, [1]), Cancelled);
        byte[] heard = [.. In(1), .. Out(3, [1])];
        Assert.Equal(heard, await ReadAsync(_pi, heard.Length));
    }

    [Fact]
    public async Task A_Pi_that_reads_nothing_keeps_no_caller_in_the_kernel_waiting_for_an_unlink()
    {
        // More than the sockets on the way to the Pi take.
        _connection.SendBufferSize = _pi.ReceiveBufferSize = 4096;
        for (uint seqnum = 1; seqnum <= 12; seqnum++) await _kernel.SendAsync(Out(seqnum, new byte[60_000]), Cancelled);
        byte[] asked = [.. In(20), .. Unlink(21, unlinked: 20)];
        await _kernel.SendAsync(asked, Cancelled);
        Assert.Equal(21u, RetUnlink.Parse(await ReadAsync(_kernel, UrbHeader.Size)).Seqnum);
        for (uint seqnum = 1; seqnum <= 12; seqnum++)
            Assert.Equal(Out(seqnum, new byte[60_000]), await ReadAsync(_pi, UrbHeader.Size + 60_000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_one_side_ends_so_does_the_other(bool pi)
    {
        await _kernel.SendAsync(In(1), Cancelled);
        await ReadAsync(_pi, UrbHeader.Size);
        (pi ? _pi : _kernel).Shutdown(SocketShutdown.Both);
        Assert.Equal(0, await (pi ? _kernel : _pi).ReceiveAsync(new byte[1], Cancelled).AsTask().WaitAsync(s_deadline, Cancelled));
        Assert.Null(_pump.Fault);
    }

    [Fact]
    public async Task An_answer_that_fits_no_request_never_reaches_the_kernel_and_is_named()
    {
        await _pi.SendAsync(Answered(77, 0), Cancelled);
        Assert.Equal(0, await _kernel.ReceiveAsync(new byte[1], Cancelled).AsTask().WaitAsync(s_deadline, Cancelled));
        Assert.Contains("77", _pump.Fault, StringComparison.Ordinal);
    }

    private static byte[] In(uint seqnum) => Submit(seqnum, UrbDirection.In, Length, []);

    private static byte[] Out(uint seqnum, byte[] data) => Submit(seqnum, UrbDirection.Out, data.Length, data);

    private static byte[] Submit(uint seqnum, UrbDirection direction, int length, byte[] data)
    {
        byte[] header = new byte[UrbHeader.Size];
        new CmdSubmit { Seqnum = seqnum, DevId = DevId, Direction = direction, Ep = 2, TransferBufferLength = length }.Write(header);
        return [.. header, .. data];
    }

    private static byte[] Unlink(uint seqnum, uint unlinked)
    {
        byte[] header = new byte[UrbHeader.Size];
        new CmdUnlink { Seqnum = seqnum, DevId = DevId, UnlinkSeqnum = unlinked }.Write(header);
        return header;
    }

    private static byte[] Answered(uint seqnum, int length)
    {
        byte[] header = new byte[UrbHeader.Size];
        new RetSubmit { Seqnum = seqnum, Status = 0, ActualLength = length }.Write(header);
        return header;
    }

    private static async Task<byte[]> ReadAsync(Socket from, int length)
    {
        byte[] bytes = new byte[length];
        using var deadline = new CancellationTokenSource(s_deadline);
        for (int have = 0; have < length;)
        {
            int read = await from.ReceiveAsync(bytes.AsMemory(have), deadline.Token);
            Assert.NotEqual(0, read);
            have += read;
        }
        return bytes;
    }
}
