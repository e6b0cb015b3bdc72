using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>What becomes of a transfer.</summary>
/// <param name="Status">0, or a negative errno.</param>
/// <param name="Length">Bytes transferred, either way.</param>
/// <param name="Data">What the stick says; empty where it was told something.</param>
internal sealed record UrbAnswer(int Status, int Length, ReadOnlyMemory<byte> Data)
{
    /// <summary>How a stick says that it does not have that.</summary>
    public static UrbAnswer Stall { get; } = Error(RetSubmit.Stall);

    public static UrbAnswer Error(int status) => new(status, 0, default);

    public static UrbAnswer Told(int length) => new(0, length, default);

    public static UrbAnswer Says(ReadOnlyMemory<byte> data) => new(0, data.Length, data);
}
