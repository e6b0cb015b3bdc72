namespace Longwire.Attach.Reconciling;

/// <summary>Something that is wrong with Pis, rules or sticks.</summary>
/// <param name="Subject">What it is about: the same for as long as it is the same problem.</param>
/// <param name="Text">A sentence for a person.</param>
/// <param name="Pis">Whose it is: while somebody works on one of them it is not shown.</param>
internal sealed record SetupProblem(string Subject, string Text, params IReadOnlyList<string> Pis);
