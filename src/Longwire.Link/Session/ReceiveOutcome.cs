namespace Longwire.Link.Session;

/// <summary>What a frame meant to a session.</summary>
public enum ReceiveOutcome
{
    /// <summary>It came over an older connection, or after the end: nothing has changed.</summary>
    Dropped,

    /// <summary>Not the session's: a ping, a pong, or a type of a later release.</summary>
    NotOurs,

    /// <summary>A message is there to be written to the kernel.</summary>
    Message,

    /// <summary>The far kernel may have taken more.</summary>
    Acknowledged,

    /// <summary>The session is over. If the far side began, the answer waits to be written.</summary>
    Ended,
}
