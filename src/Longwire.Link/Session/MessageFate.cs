namespace Longwire.Link.Session;

/// <summary>What is known of a message that was given to a session.</summary>
public enum MessageFate
{
    /// <summary>The far kernel has it. (Or it was withdrawn: who withdrew it knows that.)</summary>
    Delivered,

    /// <summary>On its way, or lost with its connection: the far side knows. If the session is over, nobody will know.</summary>
    Unknown,

    /// <summary>The far kernel has not got it, and will not get it unless it is sent from here.</summary>
    Unsent,
}
