namespace Longwire.Link.Wire;

/// <summary>Why a session is over. A number without a name here comes from a later minor and is kept.</summary>
public enum EndReason : ushort
{
    None = 0,

    /// <summary>Whoever opened it needs it no more.</summary>
    Requested = 1,

    /// <summary>What it carried is gone.</summary>
    SubjectGone = 2,

    /// <summary>The kernel closed its end.</summary>
    KernelClosed = 3,

    /// <summary>The program stops.</summary>
    Stopping = 4,

    /// <summary>A later run of the same key has it now.</summary>
    Superseded = 5,

    /// <summary>Another key has it now.</summary>
    TakenOver = 6,

    /// <summary>The key is barred.</summary>
    Revoked = 7,

    /// <summary>No connection came for as long as the session was to be kept.</summary>
    HoldExpired = 8,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError = 9,

    /// <summary>The far side does not know it, as after a restart. Never said in a frame.</summary>
    UnknownSession = 10,
}
