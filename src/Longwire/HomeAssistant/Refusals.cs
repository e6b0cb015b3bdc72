using System.Net.Sockets;
using System.Security.Authentication;
using MQTTnet;
using MQTTnet.Exceptions;

namespace Longwire.HomeAssistant;

/// <summary>A broker's reasons, as sentences that say what to do.</summary>
internal static class Refusals
{
    public static BrokerException Of(MqttClientConnectResult result, BrokerAddress broker)
    {
        string at = $"{broker.Host}:{broker.Port}";
        string sentence = result.ResultCode switch
        {
            MqttClientConnectResultCode.BadUserNameOrPassword or MqttClientConnectResultCode.NotAuthorized when broker.IsSupervisors =>
                $"{at} refuses the user name and password that Home Assistant gave us: restart the broker's app, so that it makes them known anew.",
            MqttClientConnectResultCode.BadUserNameOrPassword or MqttClientConnectResultCode.NotAuthorized when broker.Username is null =>
                $"{at} wants a user name and a password: set mqtt.username and mqtt.password.",
            MqttClientConnectResultCode.BadUserNameOrPassword or MqttClientConnectResultCode.NotAuthorized =>
                $"{at} refuses user \"{broker.Username}\": bad user name or password. Check mqtt.username and mqtt.password.",
            MqttClientConnectResultCode.UnsupportedProtocolVersion => $"{at} does not speak MQTT 5: update that broker.",
            MqttClientConnectResultCode.ClientIdentifierNotValid => $"{at} refuses our client id: allow client ids that begin with \"longwire\".",
            MqttClientConnectResultCode.Banned => $"{at} has banned us: look into its log and lift the ban.",
            _ => $"{at} refuses the connection ({result.ResultCode}): look into its log.",
        };
        // "Busy" and the like pass by themselves, and soon.
        bool passing = result.ResultCode is MqttClientConnectResultCode.ServerBusy or MqttClientConnectResultCode.ServerUnavailable
            or MqttClientConnectResultCode.ConnectionRateExceeded;
        return new BrokerException(passing ? BrokerFailure.Away : BrokerFailure.Refused, Add(sentence, result.ReasonString));
    }

    public static BrokerException OfPublish(MqttClientPublishResult result, string topic) => new(
        BrokerFailure.Refused,
        Add($"The broker takes our connection but not our message to {topic} ({result.ReasonCode}): let this user write there.", result.ReasonString));

    /// <param name="e">What the library threw; when it was cancelled, that may be nearly anything.</param>
    /// <param name="broker">Whom we asked.</param>
    /// <param name="late">The deadline was over.</param>
    /// <param name="tls">How far TLS came, and what was wrong with the broker's certificate, if anything.</param>
    public static BrokerException Of(Exception e, BrokerAddress broker, bool late, BrokerTls tls)
    {
        string at = $"{broker.Host}:{broker.Port}";
        if (tls.Problem is not null) return new BrokerException(BrokerFailure.Refused, $"{at}: {tls.Problem}", e);
        if (TlsAlert.AboutClientCertificate(e, broker) is { } alert) return new BrokerException(BrokerFailure.Refused, $"{at} {alert}", e);
        Exception cause = Innermost(e);
        string sentence = cause switch
        {
            _ when late => $"{at} does not answer within {BrokerTimers.ConnectDeadline.TotalSeconds} s.",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
                $"there is no host \"{broker.Host}\": check mqtt.host.",
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => $"nothing listens at {at}.",
            _ when tls.Accepted && IsEnd(cause) =>
                $"{at} closes the connection right after TLS: {OwnCertificate(broker)}; check mqtt.port, too, and look into the broker's log.",
            _ when IsEnd(cause) =>
                $"{at} closes the connection at once: check mqtt.port and mqtt.tls, then the broker's log.",
            SocketException socket => $"{at} cannot be reached ({socket.SocketErrorCode}).",
            AuthenticationException when broker.Tls => $"{at} does not agree on TLS ({cause.Message.TrimEnd('.')}): check mqtt.port and mqtt.tls.",
            IOException when broker.Tls => $"{at} does not speak TLS ({cause.Message.TrimEnd('.')}): check mqtt.port and mqtt.tls.",
            _ => $"{at} cannot be used ({cause.Message.TrimEnd('.')}).",
        };
        return new BrokerException(BrokerFailure.Away, sentence, e);
    }

    private static string OwnCertificate(BrokerAddress broker) => broker.Cert is null
        ? "if it wants a certificate from us, set mqtt.cert and mqtt.key"
        : $"it may not accept the certificate in {broker.Cert} (mqtt.cert)";

    // An alert that TLS sent before is lost when the broker closes with our CONNECT unread: the kernel then sends a reset, and what had
    // come is thrown away. "Not connected" is how the library finds the same a moment later.
    private static bool IsEnd(Exception cause) =>
        cause is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.NotConnected or SocketError.Shutdown }
            or MqttCommunicationException { Message: "Connection closed." };

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner && e is not SocketException and not AuthenticationException) e = inner;
        return e;
    }

    // What a broker adds comes from outside: short, and on one line.
    private static string Add(string sentence, string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? sentence : $"{sentence} It says: \"{Printable.Of(reason, 100)}\".";
}
