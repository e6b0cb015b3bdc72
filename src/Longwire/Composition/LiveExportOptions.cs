using System.Collections.Immutable;
using Longwire.Export;
using Longwire.Export.Link;
using Longwire.Export.Reconciling;
using Longwire.Export.Stock;
using Longwire.Options;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>
/// Options of <c>longwire export</c> that change while it runs: told to those who live by them, if anything changed. They outlive a restart
/// of the role within the process, and with them what stays in force although it cannot be read.
/// </summary>
/// <param name="first">What the process was started with; its problems are said by then.</param>
/// <param name="file">Null: the options are the environment's alone, which does not change.</param>
/// <param name="setLogLevel">Called with the level of changed options.</param>
internal sealed class LiveExportOptions(
    LoadedOptions<ExportOptions> first, IOptionsFeed<ExportOptions>? file, Action<LogLevel> setLogLevel, ILogger logger)
{
    private ImmutableArray<OptionProblem> _said = first.Problems;
    private string _saidKept = "";

    /// <summary>What is in force.</summary>
    public ExportOptions Current { get; private set; } = first.Options;

    /// <summary>Tells one life of the role of each change, until cancelled. What it was started with is <see cref="Current"/>.</summary>
    public async Task RunAsync(
        ExportReconciler reconciler, StockListener listener, ClientNames names, LinkListener? link, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return;
        }
        await foreach (LoadedOptions<ExportOptions> loaded in file.WatchAsync(cancellationToken))
            await ApplyAsync(loaded, reconciler, listener, names, link, cancellationToken);
    }

    public async Task ApplyAsync(
        LoadedOptions<ExportOptions> loaded, ExportReconciler reconciler, StockListener listener, ClientNames names, LinkListener? link,
        CancellationToken cancellationToken)
    {
        foreach (OptionProblem problem in loaded.Problems.Where(problem => !_said.Any(problem.IsSameAs)))
        {
            OptionsLog.OptionProblem(logger, problem);
        }
        _said = loaded.Problems;
        ExportOptions now = loaded.Options.KeepingWhatIsUnclear(Current);
        string kept = string.Join(" and ", Kept(loaded.Options, now));
        if (kept.Length > 0 && kept != _saidKept) ExportLog.ListKept(logger, kept);
        _saidKept = kept;
        if (now.Equals(Current)) return;
        Current = now;
        setLogLevel(now.LogLevel);
        listener.Use(now.Stock);
        names.Use(now.Stock.Allow);
        link?.Use(now.Listen);
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
