using Longwire.Platform;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>What a Pi's list, or its silence, means.</summary>
internal sealed class PiChanges(AttachState state)
{
    // So many answers by halves in a row are its way to answer: whatever serves there now never ends its list.
    private const int HalfAnswersInDoubt = 5;

    public void Answered(AttachEvent.PiAnswered answer)
    {
        if (!state.Pis.TryGetValue(answer.PiId, out PiState? pi)) return;
        if (pi.Reachable != true) AttachLog.PiReachable(state.Logger.About(pi.Options.Id), pi.Options.DisplayName, pi.Options.Address);
        if (pi.SlowReason is not null) NoticeOwnImports(pi);
        pi.Reachable = true;
        (pi.SilentReason, pi.SlowReason) = (null, null);
        pi.Measure(answer.RoundTrip, state.Now);
        bool whole = TakeServer(pi, answer.List);
        if (whole)
        {
            pi.Offers = PiOffers.Of(answer.List);
            foreach (Stick stick in pi.Sticks.Values) stick.Listed = false;
        }
        foreach (ExportedDevice device in answer.List.Devices) Listed(pi, device, answer.Asked);
        if (whole) pi.Rejected.ForgetTheGone(answer.List.Devices.Select(device => device.BusId).ToHashSet(), state.Now);
        foreach (Stick gone in pi.Sticks.Values.Where(stick => !stick.Listed && stick.Assignment is null).ToArray()) Remove(pi, gone);
        foreach (Stick stick in pi.Sticks.Values.Where(stick => stick.Listed))
        {
            foreach (RadioState radio in state.Radios.Values)
            {
                if (radio.IsUp && radio.Assignment != stick.Assignment && radio.Memory.UsbId == stick.Id.ToString())
                {
                    stick.IsNot.Add(radio.Id);
                }
            }
        }
    }

    // An answer that came late or was cut says nothing of what it lacks, least of all that a Longwire is none any more. A Pi on which
    // something else serves now ends its list.
    private static bool TakeServer(PiState pi, DeviceList list)
    {
        if (list.Notice is not null) pi.Server = PiServer.Longwire;
        else if (list.IsEnd) pi.Server = PiServer.Stock;
        else if (pi.Server == PiServer.Longwire && ++pi.HalfAnswers < HalfAnswersInDoubt) return false;
        else pi.Server = PiServer.Unknown;
        pi.HalfAnswers = 0;
        pi.Notice = list.Notice;
        return true;
    }

    public void Silent(string piId, string reason)
    {
        if (!state.Pis.TryGetValue(piId, out PiState? pi)) return;
        // The first reason counts: those of the tries after it are its echo, and each would be a problem of its own.
        if (pi.Reachable != false) pi.SilentReason = reason;
        pi.Reachable = false;
        pi.SlowReason = null;
        pi.RoundTrip = null;
        (pi.Notice, pi.Offers) = (null, null);
        // What comes back with the Pi may be something else at the same place.
        pi.TryAllAfresh();
        foreach (Stick stick in pi.Sticks.Values.ToArray())
        {
            stick.Listed = false;
            if (stick.Assignment is null) Remove(pi, stick);
        }
        foreach (RadioState radio in state.Radios.Values)
        {
            if (radio.Memory.PiId == piId && !radio.IsUp) radio.LastOutcome = null;
        }
    }

    /// <summary>
    /// It takes connections and gives no answer in time. A stock usbipd serves one at a time: while it is busy with an import, its list
    /// waits as well, and a Pi that has answered before is not away because of that. Nothing is imported from it until it has answered:
    /// each import that we gave up waiting for stands in its queue all the same, and more of them would make it slower yet.
    /// </summary>
    public void Slow(string piId, string reason)
    {
        if (!state.Pis.TryGetValue(piId, out PiState? pi)) return;
        // Of a Pi that was never heard nobody can tell slow from dead.
        if (pi.Reachable != true) Silent(piId, reason);
        else pi.SlowReason ??= reason;
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

    private void Remove(PiState pi, Stick stick)
    {
        pi.Sticks.Remove(stick.BusId);
        state.StickIsMissing(stick.PiId, stick.BusId);
    }

    private void Listed(PiState pi, ExportedDevice device, long asked)
    {
        pi.Rejected.Listed(device.BusId, device.DevId);
        if (pi.Sticks.TryGetValue(device.BusId, out Stick? stick))
        {
            // What we hold a Longwire does not offer. If it does, it has forgotten our connection: it restarted within the time we
            // would have needed to notice. Other servers list what is in use as well.
            if (pi.Server == PiServer.Longwire
                && stick.Assignment is { IsUp: true, Cancelled: false, Attachment: { } attachment } held
                && held.UpAt < asked
                && !attachment.IsHeardSince(asked))
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
        pi.Sticks[device.BusId] = new Stick(
            pi.Options.Id, device.BusId, rejected?.Id ?? device.Id, UsbPort.Of(device.Path, device.BusId), device.DevId,
            pi.TriesAt(device.BusId, device.Id, state.Random))
        {
            ListedAs = device.Id,
            Identity = rejected?.Identity,
            RadioId = rejected?.RadioId,
        };
    }
}
