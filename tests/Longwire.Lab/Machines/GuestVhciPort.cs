using System.Globalization;

namespace Longwire.Lab.Machines;

/// <summary>One row of vhci_hcd's status table.</summary>
/// <param name="Hub">hs or ss.</param>
/// <param name="State">4 free, 5 has a socket but is not enumerated, 6 in use, 7 error.</param>
/// <param name="BusId">The device's name on this host; means something in state 6 only.</param>
public sealed record GuestVhciPort(string Hub, int Number, int State, int Speed, uint DevId, string BusId)
{
    internal static IReadOnlyList<GuestVhciPort> Parse(string table) =>
    [
        .. from line in table.Split('\n')
           let words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
           where words.Length >= 7 && words[0] is "hs" or "ss"
           select new GuestVhciPort(words[0], Parse10(words[1]), Parse10(words[2]), Parse10(words[3]),
               uint.Parse(words[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture), words[6]),
    ];

    private static int Parse10(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
