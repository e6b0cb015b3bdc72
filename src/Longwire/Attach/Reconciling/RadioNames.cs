using Longwire.Platform;

namespace Longwire.Attach.Reconciling;

/// <summary>Several radios in one sentence.</summary>
internal static class RadioNames
{
    private const int MostNamed = 4;
    private const int LongestName = 40;

    /// <param name="radios">One at least.</param>
    public static string Of(IEnumerable<RadioState> radios) =>
        NameList.Of([.. radios.Select(radio => Printable.Clip(radio.Memory.Name, LongestName))], MostNamed);
}
