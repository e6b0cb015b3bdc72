namespace Longwire.Link.Wire;

/// <summary>The byte that says what a frame is. A number without a name here comes from a later minor; such a frame is skipped.</summary>
public enum FrameType : byte
{
    None = 0,

    /// <summary>The first frame of a connection, and the only one before the verdict: who connects, and to what.</summary>
    Hello = 1,

    /// <summary>The verdict: the session stands.</summary>
    Welcome = 2,

    /// <summary>The verdict: it does not. The connection ends.</summary>
    Refusal = 3,

    /// <summary>One whole message with its number.</summary>
    Data = 4,

    /// <summary>What was written to the kernel, when no message goes the other way.</summary>
    Ack = 5,

    Ping = 6,
    Pong = 7,

    /// <summary>The session is over. Answered by another one.</summary>
    End = 8,

    /// <summary>Control: what the server has to offer, in whole, at the beginning and after each change.</summary>
    Offers = 9,

    /// <summary>Control: where the server can be reached, all of it, at the beginning and after each change.</summary>
    Addresses = 10,

    /// <summary>Control, from the client: something that the server carries is to be set anew.</summary>
    Reset = 11,

    /// <summary>Control: what became of a <see cref="Reset"/>.</summary>
    ResetAnswer = 12,

    /// <summary>Control: how the server's machine is, at the beginning and after a change that is worth telling.</summary>
    Vitals = 13,
}
