namespace Longwire.Attach.Carriers;

/// <summary>Carries what the proxy has for the Pi.</summary>
internal interface IFarSender
{
    /// <summary>Something may wait. Does not block, and is called without the gate.</summary>
    public void Send();
}
