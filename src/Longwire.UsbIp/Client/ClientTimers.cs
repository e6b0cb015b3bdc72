namespace Longwire.UsbIp.Client;

/// <summary>
/// Every deadline of the client, on one page. Each is taken on the caller's <see cref="TimeProvider"/>.
/// <para>
/// A whole attempt, connect, import and descriptors, is thus over after 6 s at the latest, below the 8 s in which a dead peer must be
/// noticed; a poll of the list after 4.2 s.
/// </para>
/// </summary>
public static class ClientTimers
{
    /// <summary>
    /// Resolving the name and connecting, over all its addresses. It covers one lost SYN (sent again after 1 s), and the second SYN that it
    /// takes when a stale connection of the same source port must be reset first.
    /// </summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(2);

    /// <summary>From the request to the last device of the list.</summary>
    public static readonly TimeSpan ListReply = TimeSpan.FromSeconds(2);

    /// <summary>
    /// From the end of the list to the first bytes of a notice. A stock server closes at once, a Longwire sends both in one go.
    /// </summary>
    public static readonly TimeSpan Notice = TimeSpan.FromMilliseconds(200);

    /// <summary>From the request to the whole answer of an import.</summary>
    public static readonly TimeSpan ImportReply = TimeSpan.FromSeconds(2);

    /// <summary>All descriptors together; about eight round trips to the stick.</summary>
    public static readonly TimeSpan Descriptors = TimeSpan.FromSeconds(2);
}
