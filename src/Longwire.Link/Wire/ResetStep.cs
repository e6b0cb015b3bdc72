namespace Longwire.Link.Wire;

/// <summary>How a server is to set something anew that it carries. A number without a name here comes from a later minor.</summary>
public enum ResetStep : byte
{
    None = 0,

    /// <summary>It is taken from the driver that serves it, and given to it again.</summary>
    Rebind = 1,

    /// <summary>Its authorization is taken away and given back as well, so that its kernel sets it up from the beginning.</summary>
    Reauthorize = 2,
}
