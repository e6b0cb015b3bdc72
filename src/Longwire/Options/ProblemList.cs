using System.Collections.Immutable;

namespace Longwire.Options;

/// <summary>What was wrong, up to a number that a person can read.</summary>
internal sealed class ProblemList
{
    private const int MostListed = 50;

    private readonly ImmutableArray<OptionProblem>.Builder _problems = ImmutableArray.CreateBuilder<OptionProblem>();
    private int _unlisted;

    /// <summary>The last that was added; null if all is well so far.</summary>
    public OptionProblem? Latest { get; private set; }

    /// <param name="path">Where in the file, unless the value came from elsewhere.</param>
    public OptionProblem Add(OptionNode? node, string path, string value, string remedy)
    {
        Latest = new OptionProblem(node?.Origin ?? path, value, remedy) { Line = node is { Line: > 0 } ? node.Line : null };
        if (_problems.Count == MostListed)
        {
            _unlisted++;
            return Latest;
        }
        _problems.Add(Latest);
        return Latest;
    }

    /// <summary>A value that is shown as it was written; never for a secret.</summary>
    public OptionProblem Add(OptionNode node, string path, string remedy) => Add(node, path, node.Shown, remedy);

    public ImmutableArray<OptionProblem> ToImmutable() =>
        _unlisted == 0
            ? _problems.ToImmutable()
            : [.. _problems, new OptionProblem("options", $"{_unlisted} more problems", "mend those named here first")];
}
