namespace Longwire.UsbIp.Tests.Proxy;

/// <summary>One session at the far side: usbip-host, with or without a relay before it.</summary>
internal interface IFarSide
{
    /// <summary>Bytes of the commands that it has got.</summary>
    long Received { get; }

    /// <summary>It has something to do.</summary>
    bool IsBusy { get; }

    /// <summary>Takes one whole command.</summary>
    void Take(byte[] message);

    /// <summary>One transfer is over, the oldest of some endpoint.</summary>
    void Complete();

    /// <summary>All that is under way ends because the stick is gone.</summary>
    void Vanish();

    /// <summary>The next message that it sends; null: none.</summary>
    /// <param name="said">Bytes of a radio in it.</param>
    byte[]? Send(out int said);

    /// <summary>It sees that the host is away.</summary>
    void Hold();

    /// <summary>The host is back.</summary>
    void Resume();
}
