namespace Longwire.Attach.Memory;

/// <summary>How soon what is remembered must be on disk.</summary>
internal enum MemoryChange
{
    None,

    /// <summary>
    /// An attempt that fails and is made again records its port and its connection, then the device, then that all are gone. Of these a
    /// crash must find the port alone: <see cref="AttachRecord"/> without a local device fits whatever the kernel made of it. One with the
    /// local device of an attempt before fits nothing, and the port would never be freed.
    /// A bad network may hold a radio every minute: that a crash forgets the last of these hurts nobody.
    /// </summary>
    MayWait,
    Urgent,
}

internal static class MemoryChanges
{
    public static MemoryChange Since(this AttachMemory now, AttachMemory written)
    {
        bool othersDiffer = now with { Radios = [] } != written with { Radios = [] };
        if (othersDiffer || now.Radios.Length != written.Radios.Length) return MemoryChange.Urgent;
        var change = MemoryChange.None;
        for (int i = 0; i < now.Radios.Length; i++)
        {
            if (now.Radios[i] == written.Radios[i]) continue;
            if (!MayWait(now.Radios[i], written.Radios[i])) return MemoryChange.Urgent;
            change = MemoryChange.MayWait;
        }
        return change;
    }

    private static bool MayWait(RadioMemory now, RadioMemory written) =>
        !IsOfAnotherDevice(written.Attached, now.Attached)
            && now with { Attached = PortOf(now.Attached ?? written.Attached), LastCarrier = default, Outages = null }
                == written with { Attached = PortOf(written.Attached), LastCarrier = default, Outages = null };

    private static bool IsOfAnotherDevice(AttachRecord? written, AttachRecord? now) =>
        written is { LocalBusId: not null } && now is not null && written != now;

    private static AttachRecord? PortOf(AttachRecord? record) =>
        record is null ? null : record with { LocalBusId = null, LocalDeviceNumber = 0 };
}
