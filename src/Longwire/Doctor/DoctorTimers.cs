namespace Longwire.Doctor;

/// <summary>Every time span of this room. A person, or a page, waits for all of it.</summary>
internal static class DoctorTimers
{
    /// <summary>For one check. They run side by side, so it is for all of them.</summary>
    public static readonly TimeSpan Check = TimeSpan.FromSeconds(8);

    /// <summary>For one Pi to answer; the rest of <see cref="Check"/> is for what follows from its answer.</summary>
    public static readonly TimeSpan Pi = TimeSpan.FromSeconds(4);

    /// <summary>For a name to be looked up.</summary>
    public static readonly TimeSpan Name = TimeSpan.FromSeconds(5);

    /// <summary>For a program of this machine to take a connection.</summary>
    public static readonly TimeSpan Listener = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A port of vhci_hcd without a device for so long is stuck; enumerating one takes about 0.35 s (0.1 s of it the debounce of hubs).
    /// </summary>
    public static readonly TimeSpan Enumeration = TimeSpan.FromSeconds(3);
}
