using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Has room for so many URBs that wait, and stalls those beyond: ESPHome's host has 16 by default.</summary>
internal sealed class HasRoomForUrbs(int room) : Manner
{
    public override UrbAnswer? Change(CmdSubmit submit, UrbAnswer? answer, int waiting) =>
        answer is null && waiting >= room ? UrbAnswer.Stall : answer;
}
