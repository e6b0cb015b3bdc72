using System.Collections.Immutable;
using System.Globalization;
using Longwire.UsbIp.Wire;

namespace Longwire.State;

/// <summary>What is said of sticks that stand in a Pi's list and cannot be used.</summary>
internal static class OddStickText
{
    // A list may hold a thousand of them.
    private const int MostNamed = 8;

    /// <summary>A sentence for each, and one for those that are too many to be named.</summary>
    /// <param name="pi">Its name.</param>
    public static IEnumerable<string> Of(ImmutableArray<OddRecord> odd, string pi)
    {
        foreach (OddRecord record in odd.Take(MostNamed))
        {
            string name = record.Name.Length == 0 ? $"A stick without a readable name ({record.Id})" : $"'{record.Name}' ({record.Id})";
            yield return $"{name} on {pi} cannot be used: its {record.Reason}. Its other sticks can. If the server there lets you choose "
                + "the names of its sticks, choose another one; else report this to whoever made it.";
        }
        if (odd.Length > MostNamed)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{odd.Length - MostNamed} more sticks on {pi} cannot be used, for reasons like these.");
        }
    }
}
