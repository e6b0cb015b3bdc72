using System.Net;
using System.Net.Sockets;
using Longwire.Linux;
using Xunit;

namespace Longwire.Tests.Linux;

public sealed class ClientQueueTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_stays_wrong_is_told_once_and_that_it_is_over_too()
    {
        using Socket listener = Broken();
        var told = new List<string?>();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clients = new ClientQueue(listener, TimeProvider.System, reason =>
        {
            lock (told) told.Add(reason);
            first.TrySetResult();
        });
        Task<Socket> next = clients.NextAsync(Cancelled);
        await first.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        await Task.Delay(ClientQueue.Again * ClientQueue.FailuresTold, Cancelled);
        Assert.NotNull(Assert.Single(told));

        using Socket client = await MendAndConnectAsync(listener);
        using Socket accepted = await next.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal(client.LocalEndPoint, accepted.RemoteEndPoint);
        Assert.Null(told[1]);
    }

    [Fact]
    public async Task What_goes_wrong_for_a_moment_is_not_told()
    {
        using Socket listener = Broken();
        var told = new List<string?>();
        Task<Socket> next = new ClientQueue(listener, TimeProvider.System, told.Add).NextAsync(Cancelled);

        using Socket client = await MendAndConnectAsync(listener);
        using Socket accepted = await next.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Empty(told);
    }

    // What is shut down accepts nobody, and says so at every try.
    private static Socket Broken()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        listener.Shutdown(SocketShutdown.Both);
        return listener;
    }

    private static async Task<Socket> MendAndConnectAsync(Socket listener)
    {
        listener.Listen();
        // It has another port now, which only the kernel knows.
        using var handle = new SafeSocketHandle(listener.Handle, ownsHandle: false);
        using var again = new Socket(handle);
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(again.LocalEndPoint!, Cancelled);
        return client;
    }
}
