namespace Longwire.Testing.Peers.Manners;

/// <summary>Lists what somebody has as well, as Windows' usbipd does and most that people write.</summary>
internal sealed class ListsEverything : Manner
{
    public override bool ListsWhatIsHeld => true;
}
