using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// Finds serials that more than one stick has. That two were there at once is known only while both are, and one of them may be the only
/// one for long: after a power cut one Pi is back before the other. So it is remembered of the radio.
/// </summary>
internal sealed class SharedSerials(AttachState state)
{
    /// <summary>A Pi's list has these.</summary>
    /// <param name="asked">When it was asked for (monotonic).</param>
    public void Listed(PiState pi, IEnumerable<ExportedDevice> devices, long asked)
    {
        // First by what was known until now: of a radio that is attached, its connection tells later that it was there then.
        Look(pi);
        foreach (ExportedDevice device in devices)
        {
            if (!pi.Sticks.TryGetValue(device.BusId, out Stick? stick) || stick.DevId != device.DevId) continue;
            stick.ListedBetween = (stick.ListedBetween?.First ?? asked, asked);
        }
        Look(pi);
    }

    private void Look(PiState pi)
    {
        foreach (Stick one in pi.Sticks.Values)
        {
            if (StickText.Normalised(one.Identity?.Serial) is not { } serial) continue;
            if (state.Pis.Values.Any(any => any.Sticks.Values.Any(other => IsTwin(one, other)))) Share(one.Id, serial);
        }
    }

    private static bool IsTwin(Stick one, Stick other) =>
        one != other
            && one.Id == other.Id
            && RadioIds.IsAlike(one.Sighting, other.Sighting)
            && (IsTogether(one, other) || IsTogether(other, one));

    // Two lists are of two moments: a stick that was carried from one Pi to another is in both.
    private static bool IsTogether(Stick one, Stick other) => other.ListedBetween?.Last is { } moment && WasThere(one, moment);

    private static bool WasThere(Stick stick, long moment) =>
        (stick.ListedBetween is { } listed && listed.First <= moment && moment <= listed.Last)
            || (stick.Assignment is { IsUp: true, Cancelled: false, Attachment: { } attachment } up
                && up.UpAt < moment
                && attachment.IsHeardSince(moment));

    private void Share(UsbId id, string serial)
    {
        bool changed = false;
        foreach (RadioState radio in state.Radios.Values)
        {
            RadioMemory memory = radio.Memory;
            if (memory.SerialIsShared || memory.UsbId != id.ToString() || StickText.Normalised(memory.Serial) != serial) continue;
            state.Change(radio, memory with { SerialIsShared = true });
            changed = true;
        }
        // A list that tells nothing else leads to nothing that would have it written.
        if (changed) state.Remember();
    }
}
