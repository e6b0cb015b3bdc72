namespace Longwire.Export;

/// <summary>
/// Every waiting time of the export side, by purpose. How they relate:
/// <list type="bullet">
/// <item>A vanished host is noticed by TCP alone (<see cref="UsbIp.Net.DeadPeerDetection"/>, 6.4 s at worst); <see cref="SessionStep"/>
/// or <see cref="SessionLook"/>, and the stick's reset (0.3 s), follow, and the stick is free within the 8 s we promise.</item>
/// <item><see cref="Request"/> holds a place of the few before the handshake; <see cref="Answer"/> is longer because a stick in error state
/// is recovered before the answer.</item>
/// <item><see cref="RecoveryLasts"/> ≥ <see cref="RetryCap"/>: a stick that stays sick is reset once or twice a minute.</item>
/// <item><see cref="Stop"/> and <see cref="StopSave"/> &lt; the 15 s after which a container or unit is usually killed.</item>
/// </list>
/// </summary>
internal static class ExportTimers
{
    /// <summary>From the accepted connection to a whole request.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromSeconds(2);

    /// <summary>From the request to the last byte of our answer.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);

    /// <summary>From the request to what is answered: below <see cref="Answer"/>, so that who waited in vain is told so.</summary>
    public static readonly TimeSpan Decision = TimeSpan.FromSeconds(4.5);

    /// <summary>
    /// From the request to set a stick anew to the moment at which that begins: the end of its session, and what is under way. Less than
    /// the host waits for the answer.
    /// </summary>
    public static readonly TimeSpan ResetBegins = TimeSpan.FromSeconds(8);

    /// <summary>From then to its end: with <see cref="ResetBegins"/> less than the host waits for the answer.</summary>
    public static readonly TimeSpan ResetEnds = TimeSpan.FromSeconds(6);

    /// <summary>
    /// After a stick was set anew, until the same may be done to it again: each time is written to the disk, and asks a stick that may
    /// be sick. The next, stronger step need not wait.
    /// </summary>
    public static readonly TimeSpan ResetRest = TimeSpan.FromSeconds(5);

    /// <summary>From the accepted connection to its request, where there is no place for it: it is told so, and nothing else.</summary>
    public static readonly TimeSpan Refusal = TimeSpan.FromMilliseconds(500);

    /// <summary>From the accepted connection of a host to its hello: for as long as the host itself is patient, and a little.</summary>
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(8);

    /// <summary>What of that a handshake computes on a slow machine, with the other's waiting.</summary>
    public static readonly TimeSpan HandshakeComputes = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// From the export's start to the end of its first look at the sticks, for whoever asks before: a stick that hangs keeps nobody from
    /// the others for longer. Less than <see cref="Request"/>, in which hosts of former releases want their answer.
    /// </summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A look at how this machine is, while a host listens; and after news of its power, to the next one. That of the power is measured by
    /// the kernel every 2 s.
    /// </summary>
    public static readonly TimeSpan Vitals = TimeSpan.FromSeconds(30);

    /// <inheritdoc cref="Vitals"/>
    public static readonly TimeSpan VitalsSettle = TimeSpan.FromSeconds(1);

    /// <summary>For a host that was refused, to read that and go.</summary>
    public static readonly TimeSpan HostLeaves = TimeSpan.FromSeconds(2);

    /// <summary>A look whether the hosts that are connected are still let in.</summary>
    public static readonly TimeSpan Barred = TimeSpan.FromSeconds(2);

    /// <summary>From the first news of an address to the look at all of them.</summary>
    public static readonly TimeSpan AddressSettles = TimeSpan.FromMilliseconds(200);

    /// <summary>One look-up of a name; names are looked up again after this; and while one cannot be resolved.</summary>
    public static readonly TimeSpan Resolve = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan NamesRefresh = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan NamesRetry = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Between the kernel's <c>add</c> and its own driver's <c>bind</c>; a stick still without a driver then has been left without.
    /// </summary>
    public static readonly TimeSpan DriverSettles = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A look whether the tty is free, beside the news of its closing: that does not come from a container with a /dev of its own.
    /// </summary>
    public static readonly TimeSpan TtyLook = TimeSpan.FromSeconds(5);

    /// <summary>usbip_status while a session ends.</summary>
    public static readonly TimeSpan SessionStep = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The same for a session that may run for days and has no connection of ours to tell of its end: from the step above in doubled steps
    /// up to this.
    /// </summary>
    public static readonly TimeSpan SessionLook = TimeSpan.FromSeconds(1);

    /// <summary>A session whose connection is gone and that does not end by itself is cut.</summary>
    public static readonly TimeSpan SessionEnds = TimeSpan.FromSeconds(5);

    /// <summary>After a refused bind or recovery: doubled each time, up to the cap.</summary>
    public static readonly TimeSpan RetryFirst = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan RetryCap = TimeSpan.FromSeconds(60);

    /// <summary>A stick that is in error state again sooner than this after it was recovered has not been.</summary>
    public static readonly TimeSpan RecoveryLasts = TimeSpan.FromMinutes(1);

    /// <summary>While somebody else has our port.</summary>
    public static readonly TimeSpan ListenFirst = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan ListenCap = TimeSpan.FromSeconds(10);

    /// <summary>At stop, for giving every stick back.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(8);

    /// <summary>After that, for the ledger.</summary>
    public static readonly TimeSpan StopSave = TimeSpan.FromSeconds(2);
}
