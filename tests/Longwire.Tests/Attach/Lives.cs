using Longwire.Attach;
using Longwire.State;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach;

/// <summary>
/// Brings one radio, known from an earlier life, to each status there is. <c>held</c> belongs to the link and has no way there yet.
/// </summary>
internal static class Lives
{
    public const string Radio = "0658_0200_ZW0001";

    public static IEnumerable<RadioStatus> All => Enum.GetValues<RadioStatus>().Except([RadioStatus.Held]);

    /// <summary>A bench that has read its options, and has not heard of any Pi.</summary>
    public static AttachBench Start(RadioStatus status)
    {
        var bench = new AttachBench(Known(Radio, "ZW0001", wanted: status != RadioStatus.Detached));
        bench.Load(Wishes([Pi("attic")]));
        return bench;
    }

    public static async Task<Snapshot> BringAsync(AttachBench bench, RadioStatus status)
    {
        switch (status)
        {
            case RadioStatus.Attached:
                await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
                break;
            case RadioStatus.Unplugged:
                bench.ListOfLongwire("attic", []);
                break;
            case RadioStatus.PiUnreachable:
                bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
                break;
            case RadioStatus.NotOffered:
                bench.List("attic");
                bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), new AttachOutcome.NotGiven(UsbIpStatus.NoSuchDevice)));
                break;
            case RadioStatus.InUse:
                bench.ListOfLongwire("attic", [new(BusId.Parse("1-1.2"), Zwave, NoticeReason.InUse)]);
                // Until then it may be busy with the life before this one.
                bench.Time.Advance(AttachTimers.OwnRelease);
                break;
            case RadioStatus.Refused:
                bench.List("attic", Device());
                ScriptedAttachment refused = await bench.NextAttachmentAsync();
                await bench.IdentifyAsync(refused, Device(), IdentityOf("ZW0001", classes: [2, 10, 3]));
                bench.Tell(new AttachEvent.Ended(refused, new AttachOutcome.Refused("class 03")));
                break;
            case RadioStatus.Failed:
                bench.List("attic", Device());
                bench.Tell(new AttachEvent.Ended(await bench.NextAttachmentAsync(), new AttachOutcome.Failed("no free port")));
                break;
            case RadioStatus.Attaching or RadioStatus.Detached:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(status), status, null);
        }
        return await bench.UntilStatusAsync(Radio, status);
    }
}
