using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Net;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

public sealed class SocketOptionTests
{
    [Fact]
    public async Task A_connection_notices_a_dead_peer_and_sends_at_once()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
            server.EndPoint, ConnectOptions.Default, TestContext.Current.CancellationToken);
        AssertDeadPeerDetection(connection.Socket);
        Assert.True(connection.Socket.NoDelay);
    }

    [Fact]
    public void Any_tcp_socket_can_be_told_to_notice_a_dead_peer()
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        DeadPeerDetection.Apply(socket);
        AssertDeadPeerDetection(socket);
    }

    [Fact]
    public void A_socket_that_is_not_tcp_is_an_error()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.Throws<SocketException>(() => DeadPeerDetection.Apply(socket));
        Assert.Throws<SocketException>(() => TcpInfo.Read(socket));
    }

    [Fact]
    public void The_kernel_tells_of_a_live_connection()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(listener.LocalEndPoint!);
        TcpInfo info = TcpInfo.Read(socket);
        Assert.Equal(TcpState.Established, info.State);
        Assert.InRange(info.RoundTripTime!.Value, TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(5));
        Assert.InRange(info.LastAckReceived!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.NotNull(info.LastDataReceived);
        Assert.NotNull(info.Unacked);
        Assert.Equal(TcpState.Listen, TcpInfo.Read(listener).State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(55)]
    [InlineData(71)]
    public void A_kernel_that_knows_less_leaves_fields_null(int length)
    {
        byte[] bytes = [.. Enumerable.Range(1, 72).Select(i => (byte)i)];
        TcpInfo info = TcpInfo.Parse(bytes.AsSpan(0, length));
        Assert.Equal(length >= 1 ? TcpState.Established : TcpState.Unknown, info.State);
        Assert.Equal(length >= 28, info.Unacked is not null);
        Assert.Equal(length >= 56, info.LastDataReceived is not null);
        Assert.Equal(length >= 60, info.LastAckReceived is not null);
        Assert.Null(info.RoundTripTime);
        Assert.NotNull(TcpInfo.Parse(bytes).RoundTripTime);
    }

    [Fact]
    [Trait("needs", "gcc")]
    public async Task The_compiler_agrees_with_our_offsets()
    {
        string[] fields = ["tcpi_state", "tcpi_unacked", "tcpi_last_data_recv", "tcpi_last_ack_recv", "tcpi_rtt", "tcpi_bytes_received"];
        int[] ours =
        [
            TcpInfo.StateAt, TcpInfo.UnackedAt, TcpInfo.LastDataRecvAt, TcpInfo.LastAckRecvAt, TcpInfo.RttAt, TcpInfo.BytesReceivedAt,
        ];
        // Static assertions: the program need not run, only compile.
        string program = "#include <linux/tcp.h>\n#include <stddef.h>\n" + string.Concat(fields.Zip(ours).Select(pair => string.Create(
            CultureInfo.InvariantCulture,
            $"_Static_assert(offsetof(struct tcp_info, {pair.First}) == {pair.Second}, \"{pair.First}\");\n")));
        using Process compiler = Process.Start(new ProcessStartInfo("gcc", ["-fsyntax-only", "-xc", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        await compiler.StandardInput.WriteAsync(program);
        compiler.StandardInput.Close();
        string errors = await compiler.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(compiler.ExitCode == 0, errors);
    }

    private static void AssertDeadPeerDetection(Socket socket)
    {
        Assert.NotEqual(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        Assert.Equal(3, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!);
        Assert.Equal(1, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!);
        Assert.Equal(3, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!);
        Span<byte> userTimeout = stackalloc byte[4];
        socket.GetRawSocketOption(6, 18, userTimeout);
        Assert.Equal(6000, BitConverter.ToInt32(userTimeout));
    }
}
