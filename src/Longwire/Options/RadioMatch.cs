using System.Diagnostics.CodeAnalysis;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Options;

/// <summary>
/// Which radio a rule is about: <c>vid:pid</c>, <c>vid:pid:serial</c> or <c>vid:pid@port</c>. The character after the product
/// id decides, so a serial may hold any character, colons and at signs included.
/// </summary>
/// <param name="Serial">Null unless the rule names one.</param>
/// <param name="Port">Null unless the rule names one.</param>
internal sealed record RadioMatch(UsbId Id, string? Serial = null, UsbPort? Port = null)
{
    private const int IdLength = 9;

    public static bool TryParse(string text, [NotNullWhen(true)] out RadioMatch? match)
    {
        match = null;
        text = text.Trim();
        if (text.Length < IdLength || !UsbId.TryParse(text.AsSpan(0, IdLength), out UsbId id)) return false;
        string rest = text[IdLength..];
        match = rest switch
        {
            "" => new RadioMatch(id),
            [':', .. string serial] when StickText.Normalised(serial) is { } told => new RadioMatch(id, told),
            ['@', .. string port] when UsbPort.TryParse(port, out UsbPort parsed) => new RadioMatch(id, Port: parsed),
            _ => null,
        };
        return match is not null;
    }

    /// <summary>Whether this is the rule's radio.</summary>
    /// <param name="serial">Null or empty where the radio has none. A rule that names a serial does not match then.</param>
    public bool Matches(UsbId id, string? serial, UsbPort port) =>
        CouldMatch(id, port) && (Serial is null || Serial == StickText.Normalised(serial));

    /// <summary>Whether this may be the rule's radio while its serial is not known yet: a stock Pi's list has none.</summary>
    public bool CouldMatch(UsbId id, UsbPort port) => Id == id && (Port is not { } wanted || wanted.Covers(port));

    public override string ToString() => Serial is not null ? $"{Id}:{Serial}" : Port is { } port ? $"{Id}@{port}" : Id.ToString();
}
