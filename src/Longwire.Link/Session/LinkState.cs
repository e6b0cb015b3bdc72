namespace Longwire.Link.Session;

/// <summary>Where a session stands.</summary>
public enum LinkState
{
    /// <summary>No connection was ever welcomed.</summary>
    New,

    /// <summary>The hello of the present epoch is said, its verdict is not in.</summary>
    Connecting,

    /// <summary>Messages go both ways.</summary>
    Connected,

    /// <summary>No connection; what was sent is kept.</summary>
    Lost,

    /// <summary>We said, or are about to say, that it is over, and wait for the answer.</summary>
    Ending,

    /// <summary>Over, for good.</summary>
    Ended,
}
