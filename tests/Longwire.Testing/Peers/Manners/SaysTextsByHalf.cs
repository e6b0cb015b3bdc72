using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Gives one byte of each text, whatever was asked for.</summary>
internal sealed class SaysTextsByHalf : Manner
{
    public override UrbAnswer? Change(CmdSubmit submit, UrbAnswer? answer, int waiting) =>
        Texts.IsAskedFor(submit) && answer is { Length: > 1 } ? UrbAnswer.Says(answer.Data[..1]) : answer;
}
