using System.Security.Cryptography;
using System.Text;
using Longwire.Link.Pairing;

namespace Longwire.Link.Tests.Pairing;

/// <summary>Codes with a right check sum over any content, which no Longwire would make.</summary>
internal static class PairingCodeText
{
    public static string Of(ReadOnlySpan<byte> content)
    {
        byte[] all = [.. Encoding.ASCII.GetBytes("LW1-"), .. content];
        return "LW1-" + Base32.Encode([.. content, .. SHA256.HashData(all)[..4]]);
    }
}
