namespace Longwire.Link.Wire;

/// <summary>
/// Why a hello was refused. A wrong pin is not among them: the TLS handshake fails then. A number without a name here comes from a later
/// minor and is kept.
/// </summary>
public enum RefusalReason : ushort
{
    None = 0,

    /// <summary>Another major of the protocol; the refusal has the server's.</summary>
    OtherMajor = 1,

    /// <summary>The key is not enrolled, and the hello has no token.</summary>
    NotEnrolled = 2,

    /// <summary>The server never gave out this token, or has given out another since.</summary>
    UnknownToken = 3,

    /// <summary>The token has enrolled a key already, or is older than 24 h.</summary>
    TokenSpent = 4,

    /// <summary>The key is barred.</summary>
    Revoked = 5,

    /// <summary>As many keys are enrolled as the server keeps.</summary>
    TooManyKeys = 6,

    /// <summary>A purpose that the server does not know.</summary>
    UnknownPurpose = 7,

    /// <summary>The session to resume is not there: it ended, or the server restarted.</summary>
    UnknownSession = 8,

    /// <summary>Nothing of the subject's name is there.</summary>
    UnknownSubject = 9,

    /// <summary>Another key has it.</summary>
    InUse = 10,

    /// <summary>A later run of the same key has it.</summary>
    Superseded = 11,

    /// <summary>A connection of a higher epoch came first.</summary>
    OldEpoch = 12,

    /// <summary>A number or a window of the hello contradicts the session.</summary>
    ProtocolError = 13,

    /// <summary>The program stops.</summary>
    Stopping = 14,

    /// <summary>The subject is there, and cannot be carried now.</summary>
    NotReady = 15,

    /// <summary>Another key has taken the session over: it is dead, whoever has the subject now.</summary>
    TakenOver = 16,
}
