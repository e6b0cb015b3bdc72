using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers.Manners;

/// <summary>What a host asks a stick for its texts (USB 2.0, 9.6.7).</summary>
internal static class Texts
{
    private const int TextType = 0x03;

    public static bool IsAskedFor(CmdSubmit submit) => IsText(submit) && (byte)submit.Setup.Value != 0;

    public static bool IsLanguageList(CmdSubmit submit) => IsText(submit) && (byte)submit.Setup.Value == 0;

    private static bool IsText(CmdSubmit submit) =>
        submit is { Ep: 0, Setup: { RequestType: 0x80, Request: 6 } } && submit.Setup.Value >> 8 == TextType;
}
