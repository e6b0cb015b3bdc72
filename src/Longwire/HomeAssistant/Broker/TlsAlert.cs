using System.Globalization;
using System.Text.RegularExpressions;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// What the broker's side of TLS says before it closes (RFC 8446, 6.2), which .NET hands on only as OpenSSL's error text. With TLS 1.3 a
/// client's certificate is judged after the client takes the handshake for done, so it may come with the first read as well.
/// </summary>
internal static partial class TlsAlert
{
    // SSL_AD_REASON_OFFSET in openssl/ssl.h: an alert that was received is the reason 1000 + its number.
    private const int ReasonOffset = 1000;

    /// <returns>A sentence's end about a client's certificate, with the remedy; null if no alert is about that.</returns>
    public static string? AboutClientCertificate(Exception e, BrokerAddress broker)
    {
        string mine = $"the certificate in {broker.Cert} (mqtt.cert)";
        return (Find(e), broker.Cert) switch
        {
            (null, _) => null,
            // 116 certificate_required; 40 handshake_failure and 42 bad_certificate from TLS 1.2, which has no word of its own for "none".
            (116 or 40 or 42, null) => "wants a certificate from us: give its file as mqtt.cert and its key as mqtt.key.",
            (45, not null) => $"says that {mine} has expired: renew it, or check the broker's clock.",
            (44, not null) => $"says that {mine} was revoked: have a new one made.",
            (48, not null) => $"does not know the authority that signed {mine}: have it signed by the one that the broker trusts.",
            (40 or 42 or 43 or 46 or 49 or 51 or 116, not null) =>
                $"does not accept {mine}: give one that was made for clients of this broker, and look into its log.",
            _ => null,
        };
    }

    /// <summary>The alert's number; null if none came.</summary>
    internal static int? Find(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (OpenSslError().Match(e.Message) is not { Success: true } found) continue;
            // The lowest 23 bits are the reason (ERR_GET_REASON), the library above them is 20 (ERR_LIB_SSL).
            uint code = uint.Parse(found.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            int reason = (int)(code & 0x7FFFFF);
            if (code >> 23 == 20 && reason is >= ReasonOffset and < ReasonOffset + 256) return reason - ReasonOffset;
        }
        return null;
    }

    [GeneratedRegex("error:([0-9A-F]{8}):")]
    private static partial Regex OpenSslError();
}
