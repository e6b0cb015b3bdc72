namespace Longwire.Testing.Peers.Manners;

/// <summary>The stick has another device number after each session: what serves it resets it so that it enumerates anew.</summary>
internal sealed class NumbersAnew : Manner
{
    public override void Ended(ServedStick stick) => stick.DeviceNumber++;
}
