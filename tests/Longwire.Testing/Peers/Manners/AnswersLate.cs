using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>Each control transfer takes this long: a slow Pi, or one far away.</summary>
internal sealed class AnswersLate(TimeSpan late, TimeProvider time) : Manner
{
    public override Task BeforeAnswerAsync(CmdSubmit submit) => submit.Ep == 0 ? Task.Delay(late, time) : Task.CompletedTask;
}
