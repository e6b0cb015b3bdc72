namespace Longwire.UsbIp.Proxy;

/// <summary>Whether there is a far side.</summary>
public enum UrbProxyPhase
{
    /// <summary>The far side is there.</summary>
    Up,

    /// <summary>The far side cannot be reached; its session may live on.</summary>
    Held,

    /// <summary>The far session has ended; another one may take its place.</summary>
    Ended,
}
