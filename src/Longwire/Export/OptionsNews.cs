using System.Collections.Immutable;
using Longwire.Options;
using Microsoft.Extensions.Logging;

namespace Longwire.Export;

/// <summary>Options that change while we run: only what changed is touched.</summary>
/// <param name="first">What the service was started with.</param>
/// <param name="others">Hear of each change first.</param>
internal sealed class OptionsNews(
    LoadedOptions<ExportOptions> first, ExportReconciler reconciler, StockListener listener, Action<ExportOptions> others, ILogger logger)
{
    private ExportOptions _inForce = first.Options;

    // Said at the start.
    private ImmutableArray<OptionProblem> _said = first.Problems;
    private bool _saidKept;

    public async Task ApplyAsync(LoadedOptions<ExportOptions> loaded, CancellationToken cancellationToken)
    {
        foreach (OptionProblem problem in loaded.Problems.Where(problem => !_said.Any(problem.IsSameAs))) Options.Log.OptionProblem(logger, problem);
        _said = loaded.Problems;
        ExportOptions now = loaded.Options.KeepingWhatIsUnclear(_inForce);
        bool kept = !now.Equals(loaded.Options);
        if (kept && !_saidKept) Log.ListKept(logger);
        _saidKept = kept;
        if (now.Equals(_inForce)) return;
        _inForce = now;
        others(now);
        listener.Use(now.Stock);
        await reconciler.PostAsync(new ExportMessage.OptionsChanged(now), cancellationToken);
    }
}
