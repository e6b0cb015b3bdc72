namespace Longwire.Testing.Peers.Manners;

/// <summary>Answers one question for its list. Those after it are taken and not answered.</summary>
internal sealed class ListsOnce : Manner
{
    public override Reply ToList(int number) => number == 1 ? Reply.Given : Reply.Withheld;
}
