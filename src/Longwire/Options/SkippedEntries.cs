namespace Longwire.Options;

/// <summary>An entry of <c>pis</c> that stands in the options and cannot be used as it is written.</summary>
/// <param name="Id">Null where nobody can tell which Pi it is: without a name, an address with a slip in it is another address.</param>
/// <param name="StandsAsBefore">What it said before may go on. Not where a pairing code was added: whoever gave one forbade the unencrypted connection.</param>
internal sealed record SkippedPi(string? Id, string? Name, string? Address, OptionProblem Problem, bool StandsAsBefore = true)
{
    public bool MayBe(string piId) => Id is null || Id == piId;
}

/// <summary>An entry of <c>radios</c> that stands in the options and cannot be used as it is written.</summary>
/// <param name="Match">Null where that is what cannot be read: it may be about any radio.</param>
internal sealed record SkippedRule(RadioMatch? Match, OptionProblem Problem);
