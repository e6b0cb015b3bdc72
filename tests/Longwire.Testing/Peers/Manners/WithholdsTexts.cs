using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Never answers a question for one of the texts.</summary>
internal sealed class WithholdsTexts(byte index) : Manner
{
    public override UrbAnswer? Change(CmdSubmit submit, UrbAnswer? answer, int waiting) =>
        Texts.IsAskedFor(submit) && (byte)submit.Setup.Value == index ? null : answer;
}
