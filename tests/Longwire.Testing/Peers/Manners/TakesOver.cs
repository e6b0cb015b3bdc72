namespace Longwire.Testing.Peers.Manners;

/// <summary>Gives a stick to whoever asks last, and ends the session of who had it: ESPHome's and Windows' servers.</summary>
internal sealed class TakesOver : Manner
{
    public override bool GivesWhatIsHeld => true;
}
