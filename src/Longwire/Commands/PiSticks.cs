using System.Globalization;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Wire;

namespace Longwire.Commands;

/// <summary>The sticks of a Pi, as <c>longwire attach</c> would see them. Nothing is imported: a list must not disturb.</summary>
internal sealed class PiSticks(PiOptions pi, AttachOptions options, KnownRadios catalogue)
{
    private const string StockNote =
        "A stock usbipd lists only what is bound and free: a stick that is in use, not bound or unplugged is not shown. Texts and serials are not known before a stick is attached.";

    private const string LongwireNote = "Texts and serials are not known before a stick is attached.";

    /// <exception cref="UsbIpException">No connection, or no sensible answer.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<StickList> ReadAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(pi.EndPoint, ConnectOptions.Default with { TimeProvider = time }, cancellationToken);
        return Judge(await connection.ListAsync(cancellationToken));
    }

    public StickList Judge(DeviceList list)
    {
        List<ListedStick> offered = [.. list.Devices.Select(Look)];
        List<(ListedStick Stick, NoticeReason Reason)> withheld = [.. (list.Notice?.Entries ?? []).Select(entry => (Look(entry), entry.Reason))];
        List<ListedStick> present = [.. offered, .. withheld.Select(entry => entry.Stick)];
        string? name = options.Pis.Length > 1 && options.Pis.Contains(pi) ? pi.DisplayName : null;
        IEnumerable<ListedStick> judged = offered.Select(stick => Judge(stick, present))
            .Concat(withheld.Select(entry => entry.Stick with { Outlook = Outlook.NotOffered, Reason = Explain(entry.Reason) }));
        string exporter = list.Notice is { } notice ? $"Longwire {notice.Version}" : "stock usbipd";
        string place = pi.Name is null ? pi.Address : $"{pi.Name} ({pi.Address})";
        return new StickList(
            $"Radios of {place}, {exporter}",
            pi.DisplayName,
            list.Notice?.Version,
            [.. judged.Zip(present, (outlook, stick) => outlook with { Line = MatchLine.For(stick, present, name) }).OrderBy(stick => stick.BusId.ToString(), StringComparer.Ordinal)],
            [list.Notice is null ? StockNote : LongwireNote]);
    }

    private static string Explain(NoticeReason reason) => reason switch
    {
        NoticeReason.InUse => "not offered now: a host has it",
        NoticeReason.TtyOpen => "not offered: a process on the Pi has its serial port open; stop that first",
        NoticeReason.BoundByOther => "not offered: something else than Longwire has bound it for export on the Pi",
        NoticeReason.NotKnownRadio => "not offered: not recognised as a radio with certainty; name it in the Pi's own export options",
        NoticeReason.ErrorState => "not offered now: in error state; the Pi tries to recover it",
        _ => string.Create(CultureInfo.InvariantCulture, $"not offered, for a reason that this release does not know ({(uint)reason})"),
    };

    private ListedStick Look(ExportedDevice device) => new()
    {
        BusId = device.BusId,
        Port = UsbPort.Of(device.Path, device.BusId),
        Id = device.Id,
        Recognition = catalogue.Recognise(device.Id, product: null, manufacturer: null),
    };

    private ListedStick Look(NoticeEntry entry) => new()
    {
        BusId = entry.BusId,
        Port = new UsbPort(null, entry.BusId.PortChain),
        Id = entry.Id,
        Recognition = catalogue.Recognise(entry.Id, product: null, manufacturer: null),
    };

    private ListedStick Judge(ListedStick stick, List<ListedStick> present)
    {
        (Outlook outlook, string reason) = options.TakeRecognised ? JudgeRecognised(stick) : JudgeNamed(stick, present);
        return stick with { Outlook = outlook, Reason = reason };
    }

    private static (Outlook Outlook, string Reason) JudgeRecognised(ListedStick stick) => stick.Recognition switch
    {
        { Certain: true } => (Outlook.Wanted, "will be attached"),
        not null => (Outlook.Unclear, "will be attached if its own texts say that it is a radio; to have it in any case, name it"),
        null => (Outlook.NotWanted, "not known as a radio; name it to attach it"),
    };

    private (Outlook Outlook, string Reason) JudgeNamed(ListedStick stick, List<ListedStick> present)
    {
        if (RuleOf(stick) is not { } rule) return (Outlook.NotWanted, "not named in the options");
        if (rule.Match.Serial is not null) return (Outlook.Unclear, $"will be attached if its serial is the one that {rule.Path} names");
        int rivals = rule.Match.Port is null ? present.Count(other => RuleOf(other) == rule) : 1;
        return rivals == 1
            ? (Outlook.Wanted, $"will be attached, by {rule.Path}")
            : (Outlook.Ambiguous, string.Create(CultureInfo.InvariantCulture, $"{rule.Path} names one radio, and {rivals} sticks answer to it; write an entry for each that you want"));
    }

    private RadioRule? RuleOf(ListedStick stick) =>
        options.Radios.FirstOrDefault(rule => (rule.Pi is null || rule.Pi == pi.Id) && rule.Match.CouldMatch(stick.Id, stick.Port));
}
