using System.Globalization;
using System.Net.Sockets;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.UsbIp.Tests.Linux;

public sealed class ReadThreadTests : IDisposable
{
    private const string Name = "tested reads";
    private const int Rounds = 1000;

    // What the sockets allocate once, at their first use in the process, is none of it.
    private const int WarmUp = 100;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    // What other tests wait for on the thread of the process would count as allocated here.
    private static readonly ReadThread s_thread = ReadThread.TryStart(Name)!;

    private readonly Socket _here, _there;
    private readonly ReadableSocket _readable;

    public ReadThreadTests()
    {
        (_here, _there) = SocketPair.Create();
        _readable = s_thread.TryAdd(_here.SafeHandle)!;
    }

    public void Dispose()
    {
        _readable.Dispose();
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public async Task Who_waits_goes_on_on_the_thread_once_there_is_something_to_read()
    {
        Task<string?> waiting = WaitAsync();
        Assert.False(waiting.IsCompleted);
        _there.Send([1]);
        Assert.Equal(Name, await waiting.WaitAsync(s_deadline, Cancelled));
    }

    [Fact]
    public async Task What_was_there_before_and_was_not_read_counts_each_time()
    {
        _there.Send([1, 2]);
        await WaitAsync().WaitAsync(s_deadline, Cancelled);
        _here.Receive(new byte[1]);
        await WaitAsync().WaitAsync(s_deadline, Cancelled);
        _here.Receive(new byte[1]);
        Assert.False(WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task The_end_of_the_other_side_is_something_to_read()
    {
        Task<string?> waiting = WaitAsync();
        _there.Dispose();
        Assert.Equal(Name, await waiting.WaitAsync(s_deadline, Cancelled));
        Assert.Equal(0, _here.Receive(new byte[1]));
    }

    [Fact]
    public async Task Disposed_it_waits_no_more_and_nobody_goes_on_where_that_was_done()
    {
        Task<string?> waiting = WaitAsync();
        _readable.Dispose();
        Assert.Equal(".NET TP Worker", await waiting.WaitAsync(s_deadline, Cancelled));
        Assert.True(_readable.WaitAsync().AsTask().IsCompleted);
        _readable.Dispose();
    }

    // The kernel goes on saying that there is something.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_nobody_reads_costs_the_thread_nothing_and_is_there_for_who_waits_later(bool isEnd)
    {
        Task<string?> waiting = WaitAsync();
        if (isEnd) _there.Dispose();
        else _there.Send([1]);
        await waiting.WaitAsync(s_deadline, Cancelled);
        double before = ProcessorSeconds();
        await Task.Delay(TimeSpan.FromSeconds(1), Cancelled);
        Assert.InRange(ProcessorSeconds() - before, 0, 0.02);
        Assert.Equal(Name, await WaitAsync().WaitAsync(s_deadline, Cancelled));
        Assert.Equal(isEnd ? 0 : 1, _here.Receive(new byte[1]));
    }

    [Fact]
    public async Task Sockets_do_not_disturb_each_other_and_a_number_that_is_used_again_is_another_socket()
    {
        for (int i = 0; i < 100; i++)
        {
            (Socket here, Socket there) = SocketPair.Create();
            using (here)
            using (there)
            using (ReadableSocket readable = s_thread.TryAdd(here.SafeHandle)!)
            {
                Task waiting = readable.WaitAsync().AsTask();
                there.Send([1]);
                await waiting.WaitAsync(s_deadline, Cancelled);
            }
        }
        Assert.False(WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task Nothing_is_allocated_for_a_wait()
    {
        var allocated = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task playing = Task.Run(() => Play(_there), Cancelled);
        byte[] bytes = new byte[1];
        while (Thread.CurrentThread.Name != Name) await _readable.WaitAsync();
        // From here on all runs there: what is armed by the thread itself cannot be over before it is awaited.
        long before = 0;
        for (int i = -WarmUp; i < Rounds; i++)
        {
            if (i == 0) before = GC.GetAllocatedBytesForCurrentThread();
            _here.Receive(bytes);
            _here.Send(bytes);
            await _readable.WaitAsync();
        }
        allocated.SetResult(GC.GetAllocatedBytesForCurrentThread() - before);
        _here.Shutdown(SocketShutdown.Both);
        Assert.InRange(await allocated.Task, 0, Rounds - 1);
        await playing.WaitAsync(s_deadline, Cancelled);
    }

    [Fact]
    public void The_process_has_one_thread_for_all()
    {
        Assert.NotNull(ReadThread.Shared);
        Assert.Same(ReadThread.Shared, ReadThread.Shared);
    }

    [Fact]
    public void What_cannot_be_waited_for_is_told()
    {
        using var none = new SafeSocketHandle(-1, ownsHandle: false);
        Assert.Null(s_thread.TryAdd(none));
        (Socket here, Socket there) = SocketPair.Create();
        SafeSocketHandle closed = here.SafeHandle;
        here.Dispose();
        there.Dispose();
        Assert.Null(s_thread.TryAdd(closed));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // User and system time of the thread, in hundredths of a second, are the 14th and 15th field (proc(5)); the name may hold anything.
    private static double ProcessorSeconds()
    {
        string stat = Directory.GetDirectories("/proc/self/task").Select(task => File.ReadAllText($"{task}/stat"))
            .Single(stat => stat.Contains($"({Name})", StringComparison.Ordinal));
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..13].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) / 100;
    }

    private static void Play(Socket socket)
    {
        byte[] bytes = new byte[1];
        socket.Send(bytes);
        while (socket.Receive(bytes) > 0) socket.Send(bytes);
    }

    private async Task<string?> WaitAsync()
    {
        await _readable.WaitAsync();
        return Thread.CurrentThread.Name;
    }
}
