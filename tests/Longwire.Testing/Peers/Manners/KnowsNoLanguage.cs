using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Its stick has texts and an empty list of languages.</summary>
internal sealed class KnowsNoLanguage : Manner
{
    private static readonly byte[] s_none = [2, 3];

    public override UrbAnswer? Change(CmdSubmit submit, UrbAnswer? answer, int waiting) =>
        Texts.IsLanguageList(submit) ? UrbAnswer.Says(s_none) : answer;
}
