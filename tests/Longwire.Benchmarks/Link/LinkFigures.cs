using System.Runtime.InteropServices;

namespace Longwire.Benchmarks.Link;

/// <summary>What the link costs, and what it gains, beside what people have without it.</summary>
internal static class LinkFigures
{
    private static readonly Dictionary<string, Func<LinkArguments, TextWriter, string, CancellationToken, Task<Figure[]>>> s_measures =
        new(StringComparer.Ordinal)
        {
            [RoundTrips.Measure] = RoundTrips.MeasureAsync,
            [Recoveries.Measure] = Recoveries.MeasureAsync,
            [Waiting.Measure] = Waiting.MeasureAsync,
            [Vanishings.Measure] = Vanishings.MeasureAsync,
        };

    public static async Task<int> RunAsync(string[] given)
    {
        if (LinkArguments.Read(given) is not { } arguments) return await FailAsync(LinkArguments.Usage);
        if (RequiredPrograms.Missing(arguments.Measures) is { } missing) return await FailAsync(missing);
        if (arguments.Measures.Contains(Waiting.Measure) && !File.Exists(arguments.Program))
            return await FailAsync(NativeProgram.NoneAt(arguments.Program));
        using var stopped = new CancellationTokenSource();
        // Namespaces outlive the process that made them: they go though somebody ends it.
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        PosixSignalRegistration[] registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                stopped.Cancel();
            }))];
        try
        {
            return await MeasureAsync(arguments, stopped.Token) ? 0 : 1;
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            return await FailAsync("It was ended before all was measured.");
        }
        finally
        {
            foreach (PosixSignalRegistration registration in registrations) registration.Dispose();
        }
    }

    private static async Task<bool> MeasureAsync(LinkArguments arguments, CancellationToken cancellationToken)
    {
        bool kept = true;
        var figures = new List<Figure>();
        foreach (string measure in arguments.Measures)
        {
            string command = $"dotnet run -c Release --project tests/Longwire.Benchmarks -- link {measure}";
            figures.AddRange(await s_measures[measure](arguments, Console.Out, command, cancellationToken));
        }
        foreach (Figure figure in figures)
        {
            await Console.Out.WriteLineAsync(figure.ToString());
            kept &= figure.Kept;
        }
        return kept;
    }

    private static async Task<int> FailAsync(string why)
    {
        await Console.Error.WriteLineAsync(why);
        return 2;
    }
}
