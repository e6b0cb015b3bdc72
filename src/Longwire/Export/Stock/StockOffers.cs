using System.Collections.Immutable;
using Longwire.Export.Reconciling;
using Longwire.Platform;
using Longwire.UsbIp.Wire;

namespace Longwire.Export.Stock;

/// <summary>
/// What the reconciler has to offer right now, ready to be sent: clients that ask for the list every second do not pass through its
/// channel, and however many there are, no stick waits for them.
/// </summary>
internal sealed class OfferList
{
    private static readonly string s_version =
        ProgramVersion.Text[..Math.Min(ProgramVersion.Text.Length, LongwireListExtension.VersionSize - 1)];

    private byte[] _reply = Encode([], []);

    /// <summary>OP_REP_DEVLIST and behind it our <see cref="LongwireListExtension"/>.</summary>
    public ReadOnlyMemory<byte> ListReply => Volatile.Read(ref _reply);

    public void Show(IEnumerable<ExportedStick> sticks)
    {
        var devices = new List<ExportedDevice>();
        ImmutableArray<NoticeEntry>.Builder entries = ImmutableArray.CreateBuilder<NoticeEntry>();
        foreach (ExportedStick stick in sticks.OrderBy(s => s.BusId.ToString(), StringComparer.Ordinal))
        {
            if (Describe(stick) is not { } device) continue;
            if (stick.State == StickState.Offered) devices.Add(device);
            else if (entries.Count < LongwireListExtension.MaxEntries)
            {
                entries.Add(new NoticeEntry(stick.BusId, device.Id, Reason(stick.State)));
            }
        }
        Volatile.Write(ref _reply, Encode(devices, entries.ToImmutable()));
    }

    /// <summary>
    /// As the wire describes it, null while it was not read. The interfaces are those of its descriptors: usbip-host leaves a stick
    /// without a configuration until a client sets one, and sysfs then shows none.
    /// </summary>
    public static ExportedDevice? Describe(ExportedStick stick)
    {
        if (stick.Device is not { } device || stick.Identity is not { } identity) return null;
        ExportedDevice exported = device.ToExported();
        return exported with
        {
            // What does not fit the field is cut; a path is for people, the bus id is what counts.
            Path = exported.Path.Length < DeviceRecord.PathSize ? exported.Path : exported.Path[..(DeviceRecord.PathSize - 1)],
            Interfaces = identity.Interfaces,
            InterfaceCount = (byte)identity.Interfaces.Length,
        };
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

    private static byte[] Encode(IReadOnlyCollection<ExportedDevice> devices, ImmutableArray<NoticeEntry> entries) =>
        [.. DeviceListReply.Encode(devices), .. new LongwireListExtension { Entries = entries, Version = s_version }.Encode()];
}
