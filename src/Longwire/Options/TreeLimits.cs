namespace Longwire.Options;

/// <summary>What a file of options may cost us. A house with a hundred radios stays far below.</summary>
internal static class TreeLimits
{
    public const int Bytes = 256 * 1024;
    public const int Depth = 16;

    /// <summary>Nodes with every YAML alias counted as if it were written out: nine lines of YAML can mean a billion.</summary>
    public const int Nodes = 20_000;
}
