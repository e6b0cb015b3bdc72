using Longwire.Platform;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>What a Pi's list means.</summary>
internal sealed class PiChanges(AttachState state)
{
    // So many answers by halves in a row are its way to answer: whatever serves there now never ends its list.
    private const int HalfAnswersInDoubt = 5;

    private readonly SharedSerials _serials = new(state);

    /// <summary>A Pi has some ten ports, and a few hubs.</summary>
    public const int MostSticks = 64;

    /// <summary>What is said of a Pi whose latest list had more.</summary>
    public static string ProblemOfMany(string piName) =>
        $"{piName} lists more than {MostSticks} sticks, and the others are left alone: see what runs there.";

    public void Answered(AttachEvent.PiAnswered answer)
    {
        if (!state.Pis.TryGetValue(answer.PiId, out PiState? pi)) return;
        if (pi.Reachable != true) AttachLog.PiReachable(state.Logger.About(pi.Options.Id), pi.Options.DisplayName, pi.Options.Address);
        if (pi.SlowReason is not null) NoticeOwnImports(pi);
        if (pi.Reachable is null) state.AllHeardAt = state.Now;
        pi.Reachable = true;
        (pi.SilentReason, pi.SlowReason, pi.ListUnanswered, pi.LateLists) = (null, null, false, 0);
        pi.Measure(answer.RoundTrip, state.Now);
        pi.List = answer.List;
        DeviceList list = Bounded(pi, answer.List);
        bool whole = TakeServer(pi, list);
        if (whole)
        {
            pi.Offers = PiOffers.Of(list);
            foreach (Stick stick in pi.Sticks.Values) stick.Listed = false;
        }
        foreach (ExportedDevice device in list.Devices) Listed(pi, device, answer.Asked);
        if (whole) ForgetTheGone(pi, list.Devices.Select(device => device.BusId).ToHashSet());
        foreach (Stick gone in pi.Sticks.Values.Where(stick => !stick.Listed && stick.Assignment is null).ToArray()) state.Remove(pi, gone);
        _serials.Listed(pi, list.Devices, answer.Asked);
        foreach (Stick stick in pi.Sticks.Values.Where(stick => stick.Listed))
        {
            foreach (RadioState radio in state.Radios.Values)
            {
                // One whose port is held may be this one, plugged in elsewhere.
                if (radio is { IsUp: true, Assignment: { Hold: null } assignment }
                    && assignment != stick.Assignment
                    && radio.Memory.UsbId == stick.Id.ToString())
                {
                    stick.IsNot.Add(radio.Id);
                }
            }
        }
    }

    // Those first that were here before, now or when they were attached last: what a Pi makes up besides must not push them out.
    private DeviceList Bounded(PiState pi, DeviceList list)
    {
        if (!pi.ListsTooMany) return list;
        HashSet<string> known =
            [.. state.Memory.Radios.Where(radio => radio.PiId == pi.Options.Id).Select(radio => radio.LastBusId)];
        return list with { Devices = [.. list.Devices.OrderBy(Rank).Take(MostSticks)] };

        int Rank(ExportedDevice device) => known.Contains(device.BusId.ToString()) ? 0 : pi.Sticks.ContainsKey(device.BusId) ? 1 : 2;
    }

    private void ForgetTheGone(PiState pi, HashSet<BusId> listed)
    {
        pi.Rejected.ForgetTheGone(listed, state.Now);
        pi.Tries.ForgetTheGone(busId => listed.Contains(busId) || state.Assignments.At(pi.Options.Id, busId) is not null, state.Now);
    }

    // An answer that came late or was cut says nothing of what it lacks, least of all that a Longwire is none any more. A Pi on which
    // something else serves now ends its list.
    private static bool TakeServer(PiState pi, DeviceList list)
    {
        if (list.Notice is not null) pi.Server = PiServer.Longwire;
        else if (list.IsEnd) pi.Server = PiServer.Stock;
        else if ((pi.Server == PiServer.Longwire || list.CutShort is not null) && ++pi.HalfAnswers < HalfAnswersInDoubt) return false;
        else pi.Server = PiServer.Unknown;
        pi.HalfAnswers = 0;
        pi.Notice = list.Notice;
        return true;
    }

    // The import that we gave up waiting for was carried out behind our back: until the Pi notices, "in use" means us.
    private void NoticeOwnImports(PiState pi)
    {
        foreach (RadioState radio in state.Radios.Values)
        {
            if (radio.Memory.PiId == pi.Options.Id && radio.LastOutcome is AttachOutcome.Failed { PiSlow: true })
            {
                radio.ReleasedAt = state.Now;
            }
        }
    }

    private void Listed(PiState pi, ExportedDevice device, long asked)
    {
        state.StickIsThere(pi.Options.Id, device.BusId);
        pi.Rejected.Listed(device.BusId, device.DevId);
        pi.Tries.Listed(device.BusId, device.DevId, numbersStay: pi.Server == PiServer.Longwire, state.Now);
        if (pi.Sticks.TryGetValue(device.BusId, out Stick? stick))
        {
            // What we hold a Longwire does not offer. If it does, it has forgotten our connection: it restarted within the time we
            // would have needed to notice. Other servers list what is in use as well.
            if (pi.Server == PiServer.Longwire
                && stick.Assignment is { IsUp: true, Cancelled: false, Attachment: { } attachment } held
                && held.UpAt < asked
                && !attachment.IsHeardSince(asked)
                && !attachment.FarIsGone())
            {
                if (state.RadioOf(held) is { } radio)
                {
                    AttachmentChanges.GoDown(state, radio, held, "the Pi restarted its export", asked: false);
                }
                state.Cancel(held);
            }
            if (stick.DevId == device.DevId && stick.ListedAs == device.Id)
            {
                stick.Listed = true;
                return;
            }
            // Another stick where one of ours is just being attached: that attempt finds out by itself, and is not disturbed.
            if (stick.Assignment is { Cancelled: false }) return;
        }
        // What was wrong with another one is not wrong with this one.
        if (stick is not null && stick.ListedAs != device.Id) state.SetStickProblem(pi.Options.Id, device.BusId, null);
        RejectedStick? rejected = pi.Rejected.Find(device.BusId, device.Id, state.Now);
        var port = UsbPort.Of(device.Path, device.BusId);
        pi.Sticks[device.BusId] = new Stick(
            pi.Options.Id, device.BusId, rejected?.Id ?? device.Id, port, device.DevId,
            pi.Tries.At(device.BusId, device.Id, port, state.Random, state.Now))
        {
            ListedAs = device.Id,
            Identity = rejected?.Identity,
            RadioId = rejected?.RadioId,
            InPlaceOf = rejected?.InPlaceOf,
        };
    }
}
