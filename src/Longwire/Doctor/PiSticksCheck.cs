using Longwire.Inventory;
using Longwire.Radios;

namespace Longwire.Doctor;

/// <summary>The Pi's radios: whether each can be given to a host, or who keeps it.</summary>
internal sealed class PiSticksCheck : LocalCheck
{
    public override Question Question { get; } = new("stick", "The sticks that are plugged in here were looked at.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        StickList list = new LocalSticks(context.Sysfs, context.Export!, KnownRadios.Default).Read();
        bool any = false;
        foreach (ListedStick stick in list.Sticks.Where(stick => stick.Outlook is Outlook.Wanted or Outlook.NotOffered))
        {
            any = true;
            yield return Tell(stick, context);
        }
        if (!any)
        {
            yield return Question.Note(
                "No radio is plugged in here, or none that would be given to a host.",
                "Run 'sudo longwire list': it shows every stick, and the line for the options that names it");
        }
    }

    private Finding Tell(ListedStick stick, DoctorContext context)
    {
        Question question = Question.About(stick.BusId.ToString());
        string name = $"{stick.Name} at {stick.BusId}";
        // "not while node (pid 12) has its serial port open; stop that first"
        if (stick.Outlook == Outlook.NotOffered)
        {
            return question.Problem(
                $"{name} is not given to a host: {stick.Reason}.",
                "Stop that program and keep it from starting at boot, as with 'sudo systemctl disable --now ModemManager'");
        }
        return Visibility.OfProcesses(context)
            ? question.Ok($"{name}: {stick.Reason}.")
            : question.Unknown(
                $"{name}: {stick.Reason}. Whether another program has its serial port open cannot be seen from here.",
                "Run 'sudo fuser -v /dev/ttyUSB* /dev/ttyACM*' on the machine itself");
    }
}
