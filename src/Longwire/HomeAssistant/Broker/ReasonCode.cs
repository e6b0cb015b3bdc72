namespace Longwire.HomeAssistant.Broker;

/// <summary>Those reason codes of MQTT 5 that we act on. The library has an enumeration for each packet.</summary>
internal static class ReasonCode
{
    public const int UnspecifiedError = 0x80;
    public const int UnsupportedProtocolVersion = 0x84;
    public const int ClientIdentifierNotValid = 0x85;
    public const int BadUserNameOrPassword = 0x86;
    public const int NotAuthorized = 0x87;
    public const int ServerUnavailable = 0x88;
    public const int Banned = 0x8A;
    public const int SessionTakenOver = 0x8E;
    public const int PacketTooLarge = 0x95;
    public const int QuotaExceeded = 0x97;
    public const int RetainNotSupported = 0x9A;
    public const int QoSNotSupported = 0x9B;
    public const int UseAnotherServer = 0x9C;
    public const int ServerMoved = 0x9D;
}
