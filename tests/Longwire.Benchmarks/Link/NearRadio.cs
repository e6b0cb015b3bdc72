using System.Net.Sockets;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// A radio of a Pi as <c>longwire attach</c> carries it, up to the socket that vhci_hcd would have. It lives as long as its process.
/// </summary>
/// <param name="Kernel">vhci_hcd's end; blocks.</param>
internal sealed record NearRadio(Socket Kernel, ICarrier Carrier, NearPi Pi)
{
    private const uint DataEp = 2;
    private const int Piece = 64;
    private static readonly TimeSpan s_hold = TimeSpan.FromMinutes(5);

    public static async Task<NearRadio> OpenAsync(string code, TimeProvider timers)
    {
        NearPi pi = NearPi.Watch(code, timers);
        await pi.UntilAsync<AttachEvent.PiAnswered>(
            answer => answer.List.Devices.Any(one => one.BusId.ToString() == PlayedExport.Stick));
        ICarrier carrier = await new LinkCarrierOpener(_ => pi.Link, TimeProvider.System, timers).OpenAsync(
            new AttachRequest(pi.Options, BusId.Parse(PlayedExport.Stick), default, IsKnown: true) { Hold = s_hold },
            static _ => { },
            CancellationToken.None);
        await carrier.ReadIdentityAsync(CancellationToken.None);
        var handle = (SafeSocketHandle)carrier.Start(static () => { });
        carrier.MayHold();
        // As vhci_hcd does: it takes a reference of its own.
        var kernel = new Socket(new SafeSocketHandle(Tmds.Linux.LibC.dup((int)handle.DangerousGetHandle()), ownsHandle: true));
        return new NearRadio(kernel, carrier, pi);
    }

    /// <summary>An URB that tells the stick's serial port something.</summary>
    public static byte[] Tell(uint seqnum, int length)
    {
        byte[] bytes = new byte[UrbHeader.Size + length];
        new CmdSubmit { Seqnum = seqnum, DevId = 0x0001_0002, Direction = UrbDirection.Out, Ep = DataEp, TransferBufferLength = length }
            .Write(bytes);
        return bytes;
    }

    /// <summary>An URB that asks for what the serial port says: a port that asks for nothing counts as closed.</summary>
    public static byte[] Ask(uint seqnum)
    {
        byte[] bytes = new byte[UrbHeader.Size];
        new CmdSubmit
        {
            Seqnum = seqnum, DevId = 0x0001_0002, Direction = UrbDirection.In, Ep = DataEp, TransferBufferLength = Piece,
            TransferFlags = CmdSubmit.UrbDirIn,
        }.Write(bytes);
        return bytes;
    }
}
