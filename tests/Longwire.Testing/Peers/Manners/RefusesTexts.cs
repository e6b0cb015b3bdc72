using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Answers a question for a text with an error.</summary>
/// <param name="status">A negative errno: -32 a stall, -71 and -75 a sick stick.</param>
/// <param name="after">So many are answered before, of all sessions together.</param>
/// <param name="times">So many are refused; then they are answered again.</param>
internal sealed class RefusesTexts(int status, int after = 0, int times = int.MaxValue) : Manner
{
    private int _asked;

    public override UrbAnswer? Change(CmdSubmit submit, UrbAnswer? answer, int waiting)
    {
        if (!Texts.IsAskedFor(submit)) return answer;
        int before = _asked++ - after;
        return before >= 0 && before < times ? UrbAnswer.Error(status) : answer;
    }
}
