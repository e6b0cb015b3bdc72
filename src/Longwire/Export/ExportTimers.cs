namespace Longwire.Export;

/// <summary>
/// Every waiting time of the export side, by purpose. How they relate:
/// <list type="bullet">
/// <item>A vanished host is noticed by TCP alone (<see cref="UsbIp.Net.DeadPeerDetection"/>, 6.4 s at worst); <see cref="SessionStep"/>
/// and the stick's reset (0.3 s) follow, and the stick is free within the 8 s we promise.</item>
/// <item><see cref="Request"/> holds a place of the few before the handshake; <see cref="Answer"/> is longer because a stick in error state
/// is recovered before the answer.</item>
/// <item><see cref="Stop"/> &lt; the 15 s after which a container or unit is usually killed.</item>
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

    /// <summary>From the accepted connection to its request, where there is no place for it: it is told so, and nothing else.</summary>
    public static readonly TimeSpan Refusal = TimeSpan.FromMilliseconds(500);

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

    /// <summary>usbip_status while a session ends, and for as long as a session runs that our former life began.</summary>
    public static readonly TimeSpan SessionStep = TimeSpan.FromMilliseconds(100);

    /// <summary>A session whose connection is gone and that does not end by itself is cut.</summary>
    public static readonly TimeSpan SessionEnds = TimeSpan.FromSeconds(5);

    /// <summary>After a refused bind or recovery: doubled each time, up to the cap.</summary>
    public static readonly TimeSpan RetryFirst = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan RetryCap = TimeSpan.FromSeconds(60);

    /// <summary>While somebody else has our port.</summary>
    public static readonly TimeSpan ListenFirst = TimeSpan.FromMilliseconds(500);
    public static readonly TimeSpan ListenCap = TimeSpan.FromSeconds(10);

    /// <summary>At stop, for giving every stick back.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(8);
}
