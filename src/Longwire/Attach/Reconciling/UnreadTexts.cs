using Longwire.Attach.Memory;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Reconciling;

/// <summary>
/// A stick that has a text which could not be read: a bad cable or a hub that resets, mostly, and gone at the next try; with a few sticks
/// for good.
/// </summary>
/// <remarks>
/// A serial that is there and unknown is no identity. No id is given by it, for the serial would have given another one; and none is lost,
/// for it is not the sign of another stick. So it is asked again, with the usual back-off. After that a radio that is remembered at that
/// very place is taken to be it, if all that could be read fits: that is where a stick without a serial is recognised, too, and what the
/// kernel reads in its turn can still show that it is another. A radio whose id never hung on a serial need not wait for one. A stick that
/// is remembered nowhere is refused: it would have one id now, and another as soon as it can be read.
/// </remarks>
internal static class UnreadTexts
{
    private const int MostAskedAgain = 5;

    private const string Remedy =
        "Unplug it and plug it in again; if that does not help, use another cable, another port or another hub";

    /// <returns>Null: it was asked often enough.</returns>
    public static AttachDecision.AskAgain? AskAgain(Stick stick, string why)
    {
        // By kind and port it still seems to be who it was.
        stick.Identity = null;
        if (++stick.Tries.AskedAgain <= MostAskedAgain) return new AttachDecision.AskAgain(why);
        stick.Tries.AskedAgain = 0;
        return null;
    }

    public static AttachDecision.AskAgain? AskSerialAgain(Stick stick) =>
        AskAgain(stick, "its serial number could not be read, so it is not certain which radio it is");

    /// <summary>What it calls itself is unknown, and on its chip only that tells.</summary>
    public static AttachDecision AskWhatItIs(Stick stick)
    {
        const string only = "and only these say whether it is a radio";
        if (AskAgain(stick, $"its texts could not be read, {only}") is { } again) return again;
        return new AttachDecision.Refuse($"its texts cannot be read, {only}: name it under radios to attach it in any case");
    }

    /// <summary>What of a stick shows that it is not the radio that was plugged in there; null if nothing does.</summary>
    public static string? Contradiction(DeviceIdentity read, RadioMemory radio) =>
        Contradiction("product", read.Product, read.Unread.HasFlag(DeviceTexts.Product), radio.Product)
            ?? Contradiction("manufacturer", read.Manufacturer, read.Unread.HasFlag(DeviceTexts.Manufacturer), radio.Manufacturer);

    /// <param name="here">The radio that was plugged in there; null: none is remembered.</param>
    /// <param name="contradiction">Why it is not that one.</param>
    public static AttachDecision.Refuse Refuse(RadioMemory? here, string? contradiction) => new(
        here is null
            ? $"its serial number is there and cannot be read, so it cannot be told from others of its kind. {Remedy}"
            : $"its serial number cannot be read, and it does not seem to be {here.Name}, which was plugged in there: {contradiction}. "
                + Remedy);

    // What is not known, now or of before, contradicts nothing.
    private static string? Contradiction(string what, string? now, bool unread, string? before) =>
        unread || before is null || DeviceText.Clean(now) == DeviceText.Clean(before)
            ? null
            : $"its {what} is '{now}' and was '{before}'";
}
