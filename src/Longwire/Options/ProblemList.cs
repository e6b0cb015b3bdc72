using System.Collections.Immutable;

namespace Longwire.Options;

/// <summary>What was wrong, up to a number that a person can read.</summary>
internal sealed class ProblemList
{
    private const int MostListed = 50;

    private readonly ImmutableArray<OptionProblem>.Builder _problems = ImmutableArray.CreateBuilder<OptionProblem>();
    private int _unlisted;

    /// <param name="path">Where in the file, unless the value came from elsewhere.</param>
    public void Add(OptionNode? node, string path, string value, string remedy)
    {
        if (_problems.Count == MostListed)
        {
            _unlisted++;
            return;
        }
        _problems.Add(new OptionProblem(node?.Origin ?? path, value, remedy) { Line = node is { Line: > 0 } ? node.Line : null });
    }

    /// <summary>A value that is shown as it was written; never for a secret.</summary>
    public void Add(OptionNode node, string path, string remedy) => Add(node, path, node.Shown, remedy);

    public ImmutableArray<OptionProblem> ToImmutable() =>
        _unlisted == 0
            ? _problems.ToImmutable()
            : [.. _problems, new OptionProblem("options", $"{_unlisted} more problems", "mend those named here first")];
}
