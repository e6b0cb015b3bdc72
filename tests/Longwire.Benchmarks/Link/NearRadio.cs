using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// A radio of a Pi as <c>longwire attach</c> carries it, up to the socket that vhci_hcd would have. It lives as long as its process.
/// </summary>
/// <param name="Kernel">vhci_hcd's end; blocks.</param>
internal sealed record NearRadio(Socket Kernel, ICarrier Carrier, Task Watching)
{
    private const uint DataEp = 2;
    private const int Piece = 64;
    private static readonly TimeSpan s_hold = TimeSpan.FromMinutes(5);

    public static async Task<NearRadio> OpenAsync(string code, TimeProvider timers)
    {
        if (!PairingCode.TryParse(code, out PairingCode? pairing, out _, out _) || pairing is null)
            throw new FormatException($"'{code}' is no pairing code");
        string address = pairing.Addresses[0];
        var options = new PiOptions
        {
            Id = "benchmark", Name = "benchmark", Address = address, EndPoint = new DnsEndPoint(address, pairing.Port), Pairing = pairing,
        };
        var own = new LinkIdentity(LinkKey.Create(), InstanceNonce.Create(), 1, "benchmark", "1.2.3");
        var events = Channel.CreateUnbounded<AttachEvent>();
        // Nothing is written to disk before it is asked to.
        var book = new AddressBook(new AddressFile(Path.GetTempPath()), TimeProvider.System, static _ => { });
        var watch = new LinkPiWatch(options, own, events.Writer, book, Dns.GetHostAddressesAsync, TimeProvider.System, timers);
        Task watching = watch.RunAsync();
        await UntilOfferedAsync(events.Reader);
        ICarrier carrier = await new LinkCarrierOpener(_ => watch, TimeProvider.System, timers).OpenAsync(
            new AttachRequest(options, BusId.Parse(PlayedExport.Stick), default, IsKnown: true) { Hold = s_hold },
            static _ => { },
            CancellationToken.None);
        await carrier.ReadIdentityAsync(CancellationToken.None);
        var handle = (SafeSocketHandle)carrier.Start(static () => { });
        carrier.MayHold();
        // As vhci_hcd does: it takes a reference of its own.
        var kernel = new Socket(new SafeSocketHandle(Tmds.Linux.LibC.dup((int)handle.DangerousGetHandle()), ownsHandle: true));
        return new NearRadio(kernel, carrier, watching);
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

    private static async Task UntilOfferedAsync(ChannelReader<AttachEvent> events)
    {
        while (true)
        {
            switch (await events.ReadAsync())
            {
                case AttachEvent.PiSilent silent: throw new IOException(silent.Reason);
                case AttachEvent.PiAnswered answer when answer.List.Devices.Any(one => one.BusId.ToString() == PlayedExport.Stick): return;
            }
        }
    }
}
