using Longwire.Testing.Peers;
using Longwire.Testing.Peers.Manners;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>The tests' own stick is as a real one to whoever sends it URBs. What a real kernel makes of it the lab shows.</summary>
public sealed class AcmStickTests
{
    private const uint FirstSeqnum = 1;
    private const int RoomByDefault = 16;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_back_what_it_is_told_to_a_read_that_waited_for_it()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()));
        using UsbIpConnection connection = await ImportAsync(server);
        await SendAsync(connection, Read(FirstSeqnum));
        byte[] told = [1, 2, 3];
        await SendAsync(connection, Write(FirstSeqnum + 1, told.Length), told);
        Assert.Equal((FirstSeqnum + 1, 0, 3), await HeadAsync(connection));
        Assert.Equal((FirstSeqnum, 0, 3), await HeadAsync(connection));
        Assert.Equal(told, await ReceiveAsync(connection, told.Length));
    }

    [Fact]
    public async Task A_read_that_waits_can_be_taken_back_and_is_then_never_answered()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()));
        using UsbIpConnection connection = await ImportAsync(server);
        await SendAsync(connection, Read(FirstSeqnum));
        foreach ((uint seqnum, int status) in new[] { (2u, RetUnlink.TakenBack), (3u, 0) })
        {
            var unlink = new byte[UrbHeader.Size];
            new CmdUnlink { Seqnum = seqnum, DevId = 7, UnlinkSeqnum = FirstSeqnum }.Write(unlink);
            await SendAsync(connection, unlink);
            RetUnlink answer = RetUnlink.Parse(await ReceiveAsync(connection, UrbHeader.Size));
            Assert.Equal((seqnum, status), (answer.Seqnum, answer.Status));
        }
    }

    [Fact]
    public async Task The_read_that_finds_no_room_stalls_and_those_before_it_wait_on()
    {
        await using UsbipServer server = UsbipServer.Start(
            new ServedStick(AcmStick.FullSpeed()), new HasRoomForUrbs(RoomByDefault));
        using UsbIpConnection connection = await ImportAsync(server);
        for (uint read = 0; read <= RoomByDefault; read++) await SendAsync(connection, Read(FirstSeqnum + read));
        Assert.Equal((FirstSeqnum + RoomByDefault, RetSubmit.Stall, 0), await HeadAsync(connection));
    }

    private static byte[] Read(uint seqnum) => Submit(seqnum, UrbDirection.In, length: 64);

    private static byte[] Write(uint seqnum, int length) => Submit(seqnum, UrbDirection.Out, length);

    private static byte[] Submit(uint seqnum, UrbDirection direction, int length)
    {
        var bytes = new byte[UrbHeader.Size];
        var submit = new CmdSubmit { Seqnum = seqnum, DevId = 7, Direction = direction, Ep = AcmStick.DataEp };
        (submit with { TransferBufferLength = length }).Write(bytes);
        return bytes;
    }

    private static async Task SendAsync(UsbIpConnection connection, params byte[][] parts)
    {
        foreach (byte[] part in parts) await connection.Socket.SendAsync(part, Cancelled);
    }

    private static async Task<(uint Seqnum, int Status, int Length)> HeadAsync(UsbIpConnection connection)
    {
        RetSubmit answer = RetSubmit.Parse(await ReceiveAsync(connection, UrbHeader.Size));
        return (answer.Seqnum, answer.Status, answer.ActualLength);
    }

    private static async Task<byte[]> ReceiveAsync(UsbIpConnection connection, int length)
    {
        var bytes = new byte[length];
        for (int have = 0; have < length;)
        {
            int read = await connection.Socket.ReceiveAsync(bytes.AsMemory(have), Cancelled);
            if (read == 0) throw new EndOfStreamException();
            have += read;
        }
        return bytes;
    }

    private static async Task<UsbIpConnection> ImportAsync(UsbipServer server)
    {
        UsbIpConnection connection = await UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);
        await connection.ImportAsync(BusId.Parse("1-1.4"), Cancelled);
        return connection;
    }
}
