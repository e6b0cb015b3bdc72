using System.Collections.Immutable;
using System.Globalization;
using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.Inventory;

/// <summary>The sticks of a Pi, as <c>longwire attach</c> would see them. Nothing is imported: a list must not disturb.</summary>
/// <param name="known">What attach remembers: of twins it decides which is wanted.</param>
/// <param name="bootId">Of this machine now: an attach record of another boot means nothing.</param>
internal sealed class PiSticks(PiOptions pi, AttachOptions options, KnownRadios catalogue, ImmutableArray<RadioMemory> known, string bootId)
{
    private const string StockNote =
        "A stock usbipd lists only what is bound and free: a stick that is in use, not bound or unplugged is not shown. Texts and serials "
            + "are not known before a stick is attached.";

    private const string TextsNote = "Texts and serials are not known before a stick is attached.";

    private readonly StickSelection _claims = new(options, catalogue, known);

    /// <exception cref="UsbIpException">No connection, or no sensible answer.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<StickList> ReadAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        DeviceList list = await UsbIpClient.AskAsync(
            pi.StockEndPoint,
            ConnectOptions.Default with { TimeProvider = time },
            async connection =>
            {
                using (connection) return await connection.ListAsync(cancellationToken);
            },
            cancellationToken);
        return Judge(PiOffers.Of(list));
    }

    public StickList Judge(PiOffers list)
    {
        List<ListedStick> offered = [.. list.Offers.Select(Look)];
        List<(ListedStick Stick, NoticeReason Reason)> withheld =
        [
            .. (list.Notice?.Entries ?? []).Select(entry => (Look(entry), entry.Reason)),
        ];
        List<ListedStick> present = [.. offered, .. withheld.Select(entry => entry.Stick)];
        string? name = options.Pis.Length > 1 && options.Pis.Contains(pi) ? pi.DisplayName : null;
        List<Candidate> candidates = CandidatesOf(offered, withheld);
        IEnumerable<ListedStick> judged = offered.Select((stick, index) => Judge(stick, candidates[index], candidates))
            .Concat(withheld.Select(entry => entry.Stick with { Outlook = Outlook.NotOffered, Reason = Explain(entry) }));
        string exporter = list.Notice is { } notice ? $", Longwire {notice.Version}" : list.CutShort is null ? ", stock usbipd" : "";
        string place = pi.Name is null ? pi.Address : $"{pi.Name} ({pi.Address})";
        return new StickList(
            $"Radios of {place}{exporter}",
            pi.DisplayName,
            list.Notice?.Version,
            [.. judged.Zip(present, (outlook, stick) => outlook with
                {
                    Line = MatchLine.For(stick, present, name), Match = MatchLine.Match(stick, present),
                })
                .OrderBy(stick => stick.BusId.ToString(), StringComparer.Ordinal)],
            [.. OddStickText.Of(list.Odd, pi.DisplayName), .. Notes(list)]);
    }

    private static IEnumerable<string> Notes(PiOffers list)
    {
        if (list.CutShort is { } why)
            yield return $"This is a part of the list ({why}): what else is there, and what serves it, is not known. Try again.";
        yield return list is { Notice: null, CutShort: null } ? StockNote : TextsNote;
    }

    private static string Explain((ListedStick Stick, NoticeReason Reason) entry) => entry.Reason switch
    {
        NoticeReason.InUse => "not offered now: a host has it",
        NoticeReason.TtyOpen => "not offered: a process on the Pi has its serial port open; stop that first",
        NoticeReason.BoundByOther => "not offered: something else than Longwire has bound it for export on the Pi",
        NoticeReason.NotKnownRadio => entry.Stick.InDoubt(
            "not offered: not recognised as a radio with certainty; name it in the Pi's own export options"),
        NoticeReason.ErrorState => "not offered now: in error state; the Pi tries to recover it",
        _ => string.Create(
            CultureInfo.InvariantCulture, $"not offered, for a reason that this release does not know ({(uint)entry.Reason})"),
    };

    private ListedStick Look(Offer offer) => new()
    {
        BusId = offer.BusId,
        Port = offer.Port,
        Id = offer.Id,
        Recognition = catalogue.Recognise(offer.Id, product: null, manufacturer: null),
    };

    private ListedStick Look(NoticeEntry entry) => new()
    {
        BusId = entry.BusId,
        Port = new UsbPort(null, entry.BusId.PortChain),
        Id = entry.Id,
        Recognition = catalogue.Recognise(entry.Id, product: null, manufacturer: null),
    };

    // As the reconciler would have them: what is offered, in that order, and what is in use by us.
    private List<Candidate> CandidatesOf(List<ListedStick> offered, List<(ListedStick Stick, NoticeReason Reason)> withheld)
    {
        // The record of a radio whose stick is offered at its place is a leftover of a crash.
        List<RadioMemory> attached =
        [
            .. known.Where(radio => radio.Attached is { } record && record.BootId == bootId
                && !(radio.PiId == pi.Id && offered.Exists(stick => stick.Id.ToString() == radio.UsbId && stick.Port == radio.Port))),
        ];
        // A notice has no controllers.
        List<Candidate> ours =
        [
            .. from entry in withheld
               where entry.Reason == NoticeReason.InUse
               let radio = attached.Find(
                   radio => radio.PiId == pi.Id && radio.UsbId == entry.Stick.Id.ToString() && radio.PortChain == entry.Stick.Port.Chain)
               where radio is not null
               select new Candidate(
                   pi.Id, entry.Stick.BusId, entry.Stick.Port, entry.Stick.Id, Identity: null, radio.Id, ImmutableHashSet<string>.Empty),
        ];
        ImmutableHashSet<string> isNot = [.. attached.Select(radio => radio.Id)];
        return
        [
            .. offered.Select(stick => new Candidate(pi.Id, stick.BusId, stick.Port, stick.Id, Identity: null, Seems(stick), isNot)),
            .. ours,
        ];

        string? Seems(ListedStick stick)
        {
            bool onlyOne = offered.Count(other => other.Id == stick.Id) + ours.Count(other => other.Id == stick.Id) == 1;
            return RadioIds.Seems(pi.Id, stick.Id, stick.Port, known, onlyOne, attached.Contains)?.Id;
        }
    }

    private ListedStick Judge(ListedStick stick, Candidate candidate, List<Candidate> present)
    {
        Selection claim = _claims.Of(candidate, present);
        Outlook outlook = claim switch
        {
            Selection.Take => Outlook.Wanted,
            Selection.Identify => Outlook.Unclear,
            Selection.Ambiguous => Outlook.Ambiguous,
            _ => Outlook.NotWanted,
        };
        string reason = options.TakeRecognised ? WhyRecognised(claim) : WhyNamed(claim, candidate, present);
        return stick with { Outlook = outlook, Reason = claim == Selection.Take ? reason : stick.InDoubt(reason) };
    }

    private static string WhyRecognised(Selection claim) => claim switch
    {
        Selection.Take => "will be attached",
        Selection.Identify => "will be attached if its own texts say that it is a radio; to have it in any case, name it",
        _ => "not known as a radio; name it to attach it",
    };

    private string WhyNamed(Selection claim, Candidate stick, List<Candidate> present)
    {
        RadioRule? rule = options.Radios.FirstOrDefault(rule => rule.IsAbout(pi.Id) && rule.Match.CouldMatch(stick.Id, stick.Port));
        if (claim is Selection.Take or Selection.Identify) rule = OfFormerRadio(stick) ?? rule;
        if (claim == Selection.Identify && rule is null)
            return "will be attached if it is the radio that was plugged in there, with other firmware, which only itself can tell";
        if (claim == Selection.NotWanted || rule is null) return "not named in the options";
        if (claim == Selection.Take) return $"will be attached, by {rule.Path}";
        if (claim == Selection.Identify && rule.Match.Serial is not null)
        {
            return $"will be attached if its serial is the one that {rule.Path} names";
        }
        if (claim == Selection.Identify)
        {
            return $"will be attached if it is the radio that {rule.Path} has meant so far, which only the stick itself can tell";
        }
        int rivals = present.Count(other => RuleOf(other) == rule);
        string others = rivals > 1
            ? string.Create(CultureInfo.InvariantCulture, $"{rivals} sticks answer to it")
            : $"so far that is {known.First(radio => _claims.RuleOf(radio) == rule).Id}";
        return $"{rule.Path} names one radio, and {others}; write an entry for each that you want";
    }

    // By what it was before it was replaced or flashed.
    private RadioRule? OfFormerRadio(Candidate stick) =>
        known.FirstOrDefault(radio => radio.Id == stick.RadioId) is { } radio ? _claims.Former.Of(radio) : null;

    private RadioRule? RuleOf(Candidate stick) => _claims.RuleOf(stick.PiId, stick.Id, stick.Port, serial: null, serialKnown: false);
}
