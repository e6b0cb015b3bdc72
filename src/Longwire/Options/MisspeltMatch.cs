using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Options;

/// <summary>A <c>match</c> with a port that is written as people find it elsewhere, and as we do not read it.</summary>
internal static class MisspeltMatch
{
    private const int IdLength = 9;

    /// <summary>What seems to be meant; null where that cannot be told.</summary>
    public static RadioMatch? Read(string text)
    {
        text = text.Trim();
        return text.Length > IdLength + 1
            && text[IdLength] == '@'
            && UsbId.TryParse(text.AsSpan(0, IdLength), out UsbId id)
            && PortSpelling.Read(text[(IdLength + 1)..]) is { } port
            ? new RadioMatch(id, Port: port)
            : null;
    }

    public static string Remedy(RadioMatch meant) =>
        $"a port is the chain of hub ports alone, without bus number and interface: write \"{meant}\"";
}
