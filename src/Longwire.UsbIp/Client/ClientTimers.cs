namespace Longwire.UsbIp.Client;

/// <summary>
/// Every deadline of the client, on one page. Each is taken on the caller's <see cref="TimeProvider"/>.
/// <para>
/// What a server or a stick does not answer is noticed within <see cref="Answer"/> and its like, below the 8 s in which a dead peer must be
/// noticed. A poll of the list is over after 4.2 s; after twice that where the server turned one of our addresses away.
/// </para>
/// <para>
/// Reading a stick's descriptors has no end of its own: each answer has its deadline, and a stick that answers slowly is asked for no more
/// texts after <see cref="Texts"/>. Of the usual eight questions five are for texts. The slowest reading is over after some 14 s, and the
/// caller's own deadline may come before that.
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

    /// <summary>From one question to the stick to the whole of its answer, beside <see cref="AnswerRoundTrips"/> round trips.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(2);
    public const int AnswerRoundTrips = 4;

    /// <summary>
    /// The time that a connection took is the peer's word, or that of a SYN that was lost; no more than this of it counts.
    /// </summary>
    public static readonly TimeSpan RoundTripMost = TimeSpan.FromMilliseconds(250);

    /// <summary>From the first question to the stick to the last one for a text: without its texts a radio works.</summary>
    public static readonly TimeSpan Texts = TimeSpan.FromSeconds(5);
}
