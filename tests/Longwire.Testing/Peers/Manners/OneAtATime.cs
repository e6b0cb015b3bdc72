namespace Longwire.Testing.Peers.Manners;

/// <summary>Serves one connection at a time, a session included: a server with a single thread.</summary>
internal sealed class OneAtATime : Manner
{
    public override bool ServesOneAtATime => true;
}
