using Longwire.UsbIp.Urbs;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Proxy;

/// <summary>A control OUT that set something: enough of it to send it again.</summary>
internal sealed class KeptControl
{
    /// <summary>A longer one is no setting of a serial port.</summary>
    public const int MostData = 256;

    private const int SetupAt = 40;
    private readonly byte[] _data = new byte[MostData];
    private int _length;

    /// <summary>CMD_SUBMIT, with a seqnum that is used up.</summary>
    public byte[] Header { get; } = new byte[UrbHeader.Size];

    public ReadOnlySpan<byte> Setup => Header.AsSpan(SetupAt);

    public ReadOnlySpan<byte> Data => _data.AsSpan(0, _length);

    /// <summary>The host was told that it is done, and the stick does not have it yet.</summary>
    public bool Deferred { get; set; }

    public void Set(Urb urb, bool deferred)
    {
        urb.Header.CopyTo(Header, 0);
        urb.Payload.CopyTo(_data);
        (_length, Deferred) = (urb.Payload.Length, deferred);
    }
}
