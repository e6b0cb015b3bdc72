using Longwire.Attach.State;
using Longwire.Radios;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach;

/// <summary>What a Pi's list, or its silence, means.</summary>
internal sealed class PiNews(AttachState state)
{
    public void Answered(AttachEvent.PiAnswered answer)
    {
        if (!state.Pis.TryGetValue(answer.PiId, out PiState? pi)) return;
        if (pi.Reachable != true) Log.PiReachable(state.Logger, pi.Options.DisplayName, pi.Options.Address);
        pi.Reachable = true;
        pi.SilentReason = null;
        pi.RoundTrip = answer.RoundTrip;
        pi.Notice = answer.List.Notice;
        foreach (Stick stick in pi.Sticks.Values) stick.Listed = false;
        foreach (ExportedDevice device in answer.List.Devices) Listed(pi, device, answer.Asked);
        foreach (Stick gone in pi.Sticks.Values.Where(stick => !stick.Listed && stick.Attempt is null).ToArray()) Remove(pi, gone);
        foreach (Stick stick in pi.Sticks.Values.Where(stick => stick.Listed))
        {
            foreach (RadioState radio in state.Radios.Values)
            {
                if (radio.IsUp && radio.Attempt != stick.Attempt && radio.Memory.UsbId == stick.Id.ToString()) stick.IsNot.Add(radio.Id);
            }
        }
    }

    public void Silent(string piId, string reason)
    {
        if (!state.Pis.TryGetValue(piId, out PiState? pi)) return;
        // The first reason counts: those of the tries after it are its echo, and each would be a problem of its own.
        if (pi.Reachable != false) pi.SilentReason = reason;
        pi.Reachable = false;
        pi.RoundTrip = null;
        pi.Notice = null;
        // What comes back with the Pi may be something else at the same place.
        pi.TryAllAfresh();
        foreach (Stick stick in pi.Sticks.Values.ToArray())
        {
            stick.Listed = false;
            if (stick.Attempt is null) Remove(pi, stick);
        }
        foreach (RadioState radio in state.Radios.Values)
        {
            if (radio.Memory.PiId == piId && !radio.IsUp) radio.LastOutcome = null;
        }
    }

    private void Remove(PiState pi, Stick stick)
    {
        pi.Sticks.Remove(stick.BusId);
        state.SetProblem(AttemptNews.ProblemAt(stick.PiId, stick.BusId), null);
    }

    private void Listed(PiState pi, ExportedDevice device, long asked)
    {
        if (pi.Sticks.TryGetValue(device.BusId, out Stick? stick))
        {
            // What we hold is not offered. If it is, the Pi has forgotten our connection: it restarted within the time we
            // would have needed to notice.
            if (stick.Attempt is { IsUp: true, Cancelled: false } held && held.UpAt < asked)
            {
                if (state.RadioOf(held) is { } radio) AttemptNews.GoDown(state, radio, held, "the Pi restarted its export", asked: false);
                state.Cancel(held);
            }
            if (stick.DevId == device.DevId && stick.Id == device.Id)
            {
                stick.Listed = true;
                return;
            }
            // Another stick where one of ours is just being attached: that attempt finds out by itself, and is not disturbed.
            if (stick.Attempt is { Cancelled: false }) return;
        }
        UsbPort port = UsbPort.Of(device.Path, device.BusId);
        stick = new Stick(
            pi.Options.Id, device.BusId, device.Id, port, device.DevId, pi.TriesAt(device.BusId, device.Id, state.Random));
        pi.Sticks[device.BusId] = stick;
        if (!pi.TurnedAway.TryGetValue(device.BusId, out TurnedAway? away)) return;
        if (away.Is(stick)) (stick.Identity, stick.RadioId) = (away.Identity, away.RadioId);
        else pi.TurnedAway.Remove(device.BusId);
    }
}
