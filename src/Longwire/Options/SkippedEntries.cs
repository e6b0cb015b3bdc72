namespace Longwire.Options;

/// <summary>An entry of <c>pis</c> that stands in the options and cannot be used as it is written.</summary>
/// <param name="Id">Null where nobody can tell which Pi it is: without a name, an address with a slip in it is another address.</param>
/// <param name="IsPaired">It has a pairing code, be it a bad one: whoever gave it forbade the unencrypted connection.</param>
internal sealed record SkippedPi(string? Id, string? Name, string? Address, OptionProblem Problem, bool IsPaired = false)
{
    public bool MayBe(string piId) => Id is null || Id == piId;

    /// <summary>It may mean what was in force before, which goes on then.</summary>
    public bool MayStandAs(PiOptions before) => MayBe(before.Id) && (!IsPaired || before.Pairing is not null);

    /// <summary>An entry that only moved to another line is the same.</summary>
    public bool Equals(SkippedPi? other) =>
        other is not null
            && (Id, Name, Address, IsPaired) == (other.Id, other.Name, other.Address, other.IsPaired)
            && Problem.IsSameAs(other.Problem);

    public override int GetHashCode() => HashCode.Combine(Id, Name, Address, IsPaired, Problem.Path);
}

/// <summary>An entry of <c>radios</c> that stands in the options and cannot be used as it is written.</summary>
/// <param name="Match">Null where that is what cannot be read: it may be about any radio.</param>
internal sealed record SkippedRule(RadioMatch? Match, OptionProblem Problem)
{
    /// <summary>What a <c>match</c> that cannot be read seems to mean; null where that cannot be told.</summary>
    public RadioMatch? Meant { get; init; }

    /// <summary>An entry that only moved to another line is the same.</summary>
    public bool Equals(SkippedRule? other) => other is not null && Match == other.Match && Problem.IsSameAs(other.Problem);

    public override int GetHashCode() => HashCode.Combine(Match, Problem.Path);
}
