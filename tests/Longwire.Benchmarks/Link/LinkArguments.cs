using System.Globalization;

namespace Longwire.Benchmarks.Link;

/// <summary>What is measured, and how much of it.</summary>
/// <param name="Requests">Round trips of each way.</param>
/// <param name="Connections">Recoveries of each kind.</param>
/// <param name="Pis">That are waited for.</param>
/// <param name="Program">A published longwire.</param>
internal sealed record LinkArguments(IReadOnlyList<string> Measures, int Requests, int Connections, int Pis, string Program)
{
    public const string Usage =
        "usage: Longwire.Benchmarks link [roundtrip|recovery|idle|vanish]... [--requests N] [--connections N] [--pis N] [--program PATH]";

    private static readonly string[] s_all = [RoundTrips.Measure, Recoveries.Measure, Waiting.Measure, Vanishings.Measure];

    /// <returns>Null: they cannot be understood.</returns>
    public static LinkArguments? Read(string[] arguments)
    {
        var all = new LinkArguments([], 5000, 20, 64, "artifacts/longwire/longwire");
        var measures = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (s_all.Contains(arguments[i]))
            {
                measures.Add(arguments[i]);
                continue;
            }
            if (++i == arguments.Length || all.With(arguments[i - 1], arguments[i]) is not { } more) return null;
            all = more;
        }
        return all with { Measures = measures.Count > 0 ? measures : s_all };
    }

    private LinkArguments? With(string option, string value)
    {
        if (option == "--program") return this with { Program = value };
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number == 0) return null;
        return option switch
        {
            "--requests" => this with { Requests = number },
            "--connections" => this with { Connections = number },
            "--pis" when number <= 250 => this with { Pis = number },
            _ => null,
        };
    }
}
