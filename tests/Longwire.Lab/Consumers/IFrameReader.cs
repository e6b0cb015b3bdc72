namespace Longwire.Lab.Consumers;

/// <summary>Finds the frames of a protocol in the bytes of a serial line, whoever they are said by.</summary>
internal interface IFrameReader
{
    /// <summary>The frame that this byte ends, as it stands on the line; null if it ends none.</summary>
    public byte[]? Take(byte next);
}
