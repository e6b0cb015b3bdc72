namespace Longwire.Link.Wire;

/// <summary>
/// The version that a peer speaks. Peers of one major understand each other, whatever their minors are: a minor only adds frames and keys,
/// which the other side skips.
/// </summary>
public readonly record struct ProtocolVersion(ushort Major, ushort Minor)
{
    /// <summary>What this library speaks.</summary>
    public static ProtocolVersion Current { get; } = new(1, 0);

    internal static ProtocolVersion Read(ref FieldReader reader) => new(reader.UInt16("major"), reader.UInt16("minor"));
}
