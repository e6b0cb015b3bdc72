using System.Collections;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// The one place that ties a stick, an attachment and a radio: whoever follows one of these ties finds the same at its other ends. At most
/// one attachment is at a place at a time: of two imports of one stick the second is told that somebody else has it, and that is us.
/// </summary>
internal sealed class Assignments : IEnumerable<Assignment>
{
    private readonly List<Assignment> _all = [];

    public Assignment? Of(IAttachment attachment) => _all.Find(assignment => assignment.Attachment == attachment);

    /// <summary>What runs at a place, whatever stick is there by now.</summary>
    public Assignment? At(string piId, BusId busId) => _all.Find(assignment => assignment.PiId == piId && assignment.BusId == busId);

    /// <param name="piId">Where to import.</param>
    /// <param name="busId">What to import.</param>
    /// <param name="stick">Null: it is not in the list, and asked for only to learn whether somebody else has it.</param>
    /// <param name="radio">Whose it seems to be; null: unknown, or that radio has one already.</param>
    public Assignment Start(string piId, BusId busId, Stick? stick, RadioState? radio)
    {
        var assignment = new Assignment(piId, busId, listed: stick is not null) { RadioId = radio?.Id };
        _all.Add(assignment);
        if (radio is not null) radio.Assignment = assignment;
        if (stick is not null) stick.Assignment = assignment;
        return assignment;
    }

    /// <summary>It has been imported: this is the stick.</summary>
    public static void Imported(Assignment assignment, Stick stick)
    {
        stick.Assignment = assignment;
        assignment.Identified = true;
        assignment.Phase = AssignmentPhase.Identified;
    }

    /// <summary>It has said who it is: this is the radio.</summary>
    /// <param name="assignment">What it was imported by.</param>
    /// <param name="stick">It.</param>
    /// <param name="radio">Who it is.</param>
    /// <param name="guessed">Who it seemed to be.</param>
    public static void Identify(Assignment assignment, Stick stick, RadioState radio, RadioState? guessed)
    {
        if (guessed is not null && guessed != radio) LetGoOf(guessed, assignment);
        // Another one that only seemed to be this radio is a stick of its own.
        if (radio.Assignment is { Identified: false } seeming && seeming != assignment) seeming.RadioId = null;
        radio.Assignment = assignment;
        assignment.RadioId = radio.Id;
        stick.RadioId = radio.Id;
    }

    /// <summary>Its stick is in another place now, and was imported from there.</summary>
    public static void Move(Assignment assignment, Stick? from, Stick to)
    {
        if (from is not null) from.Assignment = null;
        assignment.BusId = to.BusId;
        (to.Assignment, to.RadioId) = (assignment, assignment.RadioId);
    }

    /// <summary>It is not the radio that was where it is: that radio tells of it, and it is nobody's.</summary>
    /// <param name="assignment">What it was imported by.</param>
    /// <param name="stick">It.</param>
    /// <param name="radio">Whose place it is in.</param>
    /// <param name="guessed">Who it seemed to be.</param>
    public static void FindInPlaceOf(Assignment assignment, Stick stick, RadioState radio, RadioState? guessed)
    {
        Identify(assignment, stick, radio, guessed);
        (stick.RadioId, stick.InPlaceOf) = (null, radio.Id);
    }

    /// <summary>A radio is no more, and another one has all that was its own.</summary>
    public static void HandOver(RadioState from, RadioState to, Stick stick)
    {
        // It only asked whether the stick of before is there.
        if (to.Assignment is { } asking) asking.RadioId = null;
        to.Assignment = from.Assignment;
        from.Assignment = null;
        if (to.Assignment is { } assignment) assignment.RadioId = to.Id;
        stick.RadioId = to.Id;
    }

    /// <summary>It is no radio that is wanted.</summary>
    public static void Reject(Assignment assignment, RadioState? guessed)
    {
        if (guessed is not null) LetGoOf(guessed, assignment);
        assignment.RadioId = null;
    }

    /// <summary>Nothing of it is left.</summary>
    /// <returns>Whether the radio had none but this.</returns>
    public bool End(Assignment assignment, Stick? stick, RadioState? radio)
    {
        _all.Remove(assignment);
        assignment.Phase = AssignmentPhase.Ending;
        if (stick is not null) stick.Assignment = null;
        return radio is not null && LetGoOf(radio, assignment);
    }

    public IEnumerator<Assignment> GetEnumerator() => _all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool LetGoOf(RadioState radio, Assignment assignment)
    {
        if (radio.Assignment != assignment) return false;
        radio.Assignment = null;
        return true;
    }
}
