using Longwire.UsbIp.Uevents;
using Xunit;

namespace Longwire.UsbIp.Tests.Uevents;

/// <summary>Against the running kernel: an interface's uevent attribute makes it speak (root only).</summary>
public sealed class UeventSocketTests
{
    private const string Loopback = "/sys/class/net/lo/uevent";

    [Fact]
    [Trait("needs", "root")]
    public async Task The_kernels_news_arrives_time_after_time()
    {
        Assert.True(
            CanSpeak(), $"{Loopback} cannot be written: run the tests as root, on a machine or in a container whose /sys is writable.");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var socket = UeventSocket.Open();
        foreach (string action in (string[])["change", "add", "change"])
        {
            await File.WriteAllTextAsync(Loopback, action, deadline.Token);

            Uevent uevent;
            do uevent = await socket.ReceiveAsync(deadline.Token);
            while (uevent.Name != "lo");

            Assert.Equal(action, uevent.Action);
            Assert.Equal("net", uevent.Subsystem);
            Assert.Equal("/devices/virtual/net/lo", uevent.DevPath);
            Assert.Equal("1", uevent.Properties["IFINDEX"]);
        }
    }

    [Fact]
    public async Task A_receive_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        using var socket = UeventSocket.Open();
        Task<Uevent> receive = socket.ReceiveAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => receive.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    private static bool CanSpeak()
    {
        try
        {
            using FileStream file = File.OpenWrite(Loopback);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
