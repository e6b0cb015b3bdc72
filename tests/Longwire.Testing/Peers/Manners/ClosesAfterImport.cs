namespace Longwire.Testing.Peers.Manners;

/// <summary>Closes the connection after an import, without an answer.</summary>
internal sealed class ClosesAfterImport : Manner
{
    public override Reply ToImport => Reply.Closed;
}
