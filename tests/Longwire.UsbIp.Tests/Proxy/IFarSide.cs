namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>One session at the far side: usbip-host, with or without a relay before it.</summary>
internal interface IFarSide
{
    /// <summary>Bytes of the commands that it has got.</summary>
    public long Received { get; }

    /// <summary>It has something to do.</summary>
    public bool IsBusy { get; }

    /// <summary>Takes one whole command.</summary>
    public void Take(byte[] message);

    /// <summary>One transfer is over, the oldest of some endpoint.</summary>
    public void Complete();

    /// <summary>All that is under way ends because the stick is gone.</summary>
    public void Vanish();

    /// <summary>The next message that it sends; null: none.</summary>
    /// <param name="said">Bytes of a radio in it.</param>
    public byte[]? Send(out int said);

    /// <summary>It sees that the host is away.</summary>
    public void Hold();

    /// <summary>The host is back.</summary>
    public void Resume();
}
