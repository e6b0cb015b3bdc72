using System.Collections.Immutable;
using System.Text;
using Longwire.Platform;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Export.Stock;

/// <summary>
/// The offers in the words of the stock protocol. What a stick says of itself is cut to what the fields hold, whatever it is: one stick's
/// oddities must not cost the others their place in the list.
/// </summary>
internal sealed class StockOffers(OfferFeed feed)
{
    private static readonly string s_version =
        ProgramVersion.Text[..Math.Min(ProgramVersion.Text.Length, LongwireListExtension.VersionSize - 1)];

    private Encoded _encoded = Encode(feed.Current);

    /// <summary>OP_REP_DEVLIST and behind it our <see cref="LongwireListExtension"/>, encoded once per change.</summary>
    public ReadOnlyMemory<byte> ListReply
    {
        get
        {
            IReadOnlyList<Offer> offers = feed.Current;
            Encoded encoded = Volatile.Read(ref _encoded);
            if (!ReferenceEquals(encoded.Offers, offers)) Volatile.Write(ref _encoded, encoded = Encode(offers));
            return encoded.Reply;
        }
    }

    /// <inheritdoc cref="OfferFeed.WaitForFirstLookAsync"/>
    public Task WaitForFirstLookAsync(CancellationToken cancellationToken) => feed.WaitForFirstLookAsync(cancellationToken);

    /// <summary>The answer to an import of what the kernel serves now.</summary>
    public static byte[] EncodeImport(Offer offer) => ImportReply.Encode(Describe(offer));

    /// <summary>
    /// The interfaces are those of its descriptors: usbip-host leaves a stick without a configuration until a client sets one, and sysfs
    /// then shows none.
    /// </summary>
    private static ExportedDevice Describe(Offer offer)
    {
        ExportedDevice exported = offer.Device.ToExported();
        ImmutableArray<UsbInterfaceClass> interfaces = offer.Identity.Interfaces;
        // The count is one byte, and a stick may describe 256 of them.
        if (interfaces.Length > byte.MaxValue) interfaces = interfaces[..byte.MaxValue];
        return exported with { Path = Fitting(exported.Path), Interfaces = interfaces, InterfaceCount = (byte)interfaces.Length };
    }

    // A path is for people, the bus id is what counts.
    private static string Fitting(string path)
    {
        var fitting = new StringBuilder(path, 0, Math.Min(path.Length, DeviceRecord.PathSize - 1), DeviceRecord.PathSize);
        for (int i = 0; i < fitting.Length; i++)
        {
            if (fitting[i] is < ' ' or > '~') fitting[i] = '?';
        }
        return fitting.ToString();
    }

    private static NoticeReason Reason(StickState state) => state switch
    {
        StickState.NotWanted => NoticeReason.NotKnownRadio,
        StickState.TtyOpen => NoticeReason.TtyOpen,
        StickState.BoundByOther => NoticeReason.BoundByOther,
        StickState.InUse => NoticeReason.InUse,
        StickState.Failed => NoticeReason.ErrorState,
        StickState.New or StickState.Binding or StickState.Offered => NoticeReason.None,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    private static Encoded Encode(IReadOnlyList<Offer> offers) => new(offers, EncodeList(offers));

    /// <summary>OP_REP_DEVLIST and the notice behind it, of any list of offers.</summary>
    public static byte[] EncodeList(IReadOnlyList<Offer> offers)
    {
        ExportedDevice[] free = [.. offers.Where(offer => offer.IsFree).Take(DeviceListReply.MaxDevices).Select(Describe)];
        var others = new LongwireListExtension
        {
            Entries =
            [
                .. offers.Where(offer => !offer.IsFree).Take(LongwireListExtension.MaxEntries)
                    .Select(offer => new NoticeEntry(offer.Device.BusId, offer.Device.Id, Reason(offer.State))),
            ],
            Version = s_version,
        };
        return [.. DeviceListReply.Encode(free), .. others.Encode()];
    }

    private sealed record Encoded(IReadOnlyList<Offer> Offers, byte[] Reply);
}
