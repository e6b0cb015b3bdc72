using System.Globalization;

namespace Longwire.Benchmarks;

/// <summary>One thing measured, and what it must not exceed.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of value and bound.</param>
/// <param name="Bound">The most it may be.</param>
/// <param name="Command">What measures it by hand.</param>
internal sealed record Figure(string Name, double Value, string Unit, double Bound, string Command)
{
    public bool Kept => Value <= Bound;

    public override string ToString()
    {
        // Nothing has no ratio to nothing.
        string ratio = Bound > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Value / Bound:0.00}") : "-";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(Kept ? "ok  " : "OVER")} {Name}: {Value:0.##} {Unit}, bound {Bound:0.##}, ratio {ratio}\n     {Command}");
    }
}
