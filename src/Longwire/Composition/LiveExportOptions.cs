using System.Collections.Immutable;
using Longwire.Export;
using Longwire.Export.Reconciling;
using Longwire.Export.Stock;
using Longwire.Options;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>Options of <c>longwire export</c> that change while it runs: told to those who live by them, if anything changed.</summary>
/// <param name="first">What the service was started with.</param>
internal sealed class LiveExportOptions(
    LoadedOptions<ExportOptions> first, ExportReconciler reconciler, StockListener listener, ClientNames names,
    Action<LogLevel> setLogLevel, ILogger logger)
{
    private ExportOptions _inForce = first.Options;

    // Said at the start.
    private ImmutableArray<OptionProblem> _said = first.Problems;
    private string _saidKept = "";

    public async Task ApplyAsync(LoadedOptions<ExportOptions> loaded, CancellationToken cancellationToken)
    {
        foreach (OptionProblem problem in loaded.Problems.Where(problem => !_said.Any(problem.IsSameAs)))
        {
            OptionsLog.OptionProblem(logger, problem);
        }
        _said = loaded.Problems;
        ExportOptions now = loaded.Options.KeepingWhatIsUnclear(_inForce);
        string kept = string.Join(" and ", Kept(loaded.Options, now));
        if (kept.Length > 0 && kept != _saidKept) ExportLog.ListKept(logger, kept);
        _saidKept = kept;
        if (now.Equals(_inForce)) return;
        _inForce = now;
        setLogLevel(now.LogLevel);
        listener.Use(now.Stock);
        names.Use(now.Stock.Allow);
        await reconciler.PostAsync(new ExportMessage.OptionsChanged(now), cancellationToken);
    }

    private static IEnumerable<string> Kept(ExportOptions said, ExportOptions now)
    {
        if (now.TakeRecognised != said.TakeRecognised || !now.Radios.SequenceEqual(said.Radios)) yield return "radios";
        if (now.TakeOver != said.TakeOver) yield return "take_over";
        if (now.Stock.Port != said.Stock.Port) yield return "stock.port";
        if (!now.Stock.Allow.SequenceEqual(said.Stock.Allow)) yield return "stock.allow";
    }
}
