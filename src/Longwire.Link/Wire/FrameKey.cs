namespace Longwire.Link.Wire;

/// <summary>
/// What may stand behind the fixed fields of a frame: 2 bytes key, 2 bytes length, the value. A number without a name here comes from a
/// later minor and is skipped.
/// </summary>
internal enum FrameKey : ushort
{
    None = 0,

    /// <summary>Hello: the token of a pairing code, 16 bytes.</summary>
    Token = 1,

    /// <summary>Hello, welcome: what the peer is called, for people. UTF-8.</summary>
    Name = 2,

    /// <summary>
    /// Hello: what the session is to carry, as the far side calls it; reset and its answer: what is meant. UTF-8, compared byte for byte.
    /// </summary>
    Subject = 3,

    /// <summary>Hello, welcome: the release of the peer, for people. UTF-8.</summary>
    Release = 4,

    /// <summary>Hello: for how long the client waits for a lost connection, in milliseconds, 4 bytes.</summary>
    Hold = 5,

    /// <summary>
    /// Hello, welcome, of a control connection: for how long the client may say nothing, in milliseconds, 4 bytes.
    /// </summary>
    Quiet = 6,

    /// <summary>Welcome: in which start of its kernel the server is. UTF-8, compared byte for byte.</summary>
    Boot = 7,

    /// <summary>Welcome, of a control connection: <see cref="ServerAbilities"/>, 4 bytes.</summary>
    Abilities = 8,
}
