using System.Globalization;

namespace Longwire.Link.Tests;

/// <summary>
/// Where chance comes from. Each trial has its own seed, which stands in the message of every failure; set
/// <c>LONGWIRE_LINK_SEED</c> to it to see that failure again, <c>LONGWIRE_LINK_PLANS</c> to try more or fewer plans of the simulation.
/// </summary>
internal static class Seeds
{
    /// <summary>The first seed: 1 unless asked otherwise, so that two runs try the same.</summary>
    public static int First => Number("LONGWIRE_LINK_SEED", 1);

    /// <summary>How many plans the simulation tries.</summary>
    public static int Plans(int usual) => Number("LONGWIRE_LINK_PLANS", usual);

    private static int Number(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
