using System.Net;
using System.Net.Sockets;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Proxy;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Attach.Carriers;

/// <summary>Between a real socket pair, whose one end a kernel would have, and a real connection to a Pi.</summary>
public sealed class StockStreamTests : IAsyncLifetime
{
    private const uint DevId = 0x0001_0004;
    private const int Length = 64;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);

    private readonly Socket _kernel;
    private readonly Socket _pi;
    private readonly Socket _connection;
    private readonly UrbPump _pump;
    private readonly StockStream _stream;
    private volatile bool _silent;
    private volatile bool _held;
    private Task _carrying = Task.CompletedTask;

    public StockStreamTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _connection.Connect(listener.LocalEndPoint!);
        _pi = listener.Accept();
        (Socket ours, _kernel) = SocketPair.Create();
        var proxy = new UrbProxy(DevId, new UrbProxyOptions { HeldBytesPerSecond = 0 });
        _pump = new UrbPump(ours, proxy, new Lock(), TimeProvider.System);
        _stream = new StockStream(_pump, TimeProvider.System);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _pump.Start(_stream.Said);
        _carrying = _stream.CarryAsync(_connection, () => _silent, held => _held = held);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _pump.DisposeAsync().AsTask().WaitAsync(s_deadline);
        await _carrying.WaitAsync(s_deadline);
        await _stream.DisposeAsync();
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

    [Fact]
    public async Task When_the_kernel_ends_so_does_what_is_carried()
    {
        _kernel.Shutdown(SocketShutdown.Both);
        await _carrying.WaitAsync(s_deadline, Cancelled);
        Assert.Equal(0, await _pi.ReceiveAsync(new byte[1], Cancelled).AsTask().WaitAsync(s_deadline, Cancelled));
        Assert.Null(_pump.Fault);
    }

    [Fact]
    public async Task When_the_Pi_ends_the_kernel_is_answered_in_its_place()
    {
        await _kernel.SendAsync(Out(1, [1]), Cancelled);
        await ReadAsync(_pi, UrbHeader.Size + 1);
        _pi.Shutdown(SocketShutdown.Both);
        await _carrying.WaitAsync(s_deadline, Cancelled);
        await _kernel.SendAsync(Out(2, [2]), Cancelled);
        byte[] answers = await ReadAsync(_kernel, 2 * UrbHeader.Size);
        Assert.Equal([(1u, 0), (2u, 0)], new[] { 0, UrbHeader.Size }.Select(at => RetSubmit.Parse(answers.AsSpan(at)))
            .Select(answer => (answer.Seqnum, answer.Status)));
    }

    [Fact]
    public async Task A_Pi_that_falls_silent_while_somebody_waits_is_held_and_goes_on_when_it_is_heard()
    {
        _silent = true;
        await _kernel.SendAsync(Out(1, [1]), Cancelled);
        Assert.Equal(1u, RetSubmit.Parse(await ReadAsync(_kernel, UrbHeader.Size)).Seqnum);
        Assert.True(_held);
        await _pi.SendAsync(Answered(1, 1), Cancelled);
        await _kernel.SendAsync(In(2), Cancelled);
        byte[] heard = [.. Out(1, [1]), .. In(2)];
        Assert.Equal(heard, await ReadAsync(_pi, heard.Length));
        Assert.False(_held);
    }

    [Fact]
    public async Task A_Pi_that_is_silent_while_nobody_waits_is_not_held()
    {
        _silent = true;
        await _kernel.SendAsync(In(1), Cancelled);
        await ReadAsync(_pi, UrbHeader.Size);
        await Task.Delay(AttachTimers.HeldAfter + AttachTimers.HeldStep, Cancelled);
        Assert.False(_held);
    }

    [Fact]
    public async Task An_answer_that_fits_no_request_never_reaches_the_kernel_and_is_named()
    {
        await _pi.SendAsync(Answered(77, 0), Cancelled);
        await _carrying.WaitAsync(s_deadline, Cancelled);
        Assert.Contains("77", _pump.Fault, StringComparison.Ordinal);
        Assert.False(_kernel.Poll(0, SelectMode.SelectRead));
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
