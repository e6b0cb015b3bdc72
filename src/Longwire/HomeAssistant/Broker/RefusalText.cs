using System.Net.Sockets;
using System.Security.Authentication;
using Longwire.Platform;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Exceptions;
using MQTTnet.Protocol;

namespace Longwire.HomeAssistant.Broker;

/// <summary>A broker's refusals, as sentences that say what to do.</summary>
internal static class RefusalText
{
    /// <summary>Of a whole connection, in CONNACK.</summary>
    public static BrokerException Of(MqttClientConnectResult result, BrokerAddress broker)
    {
        string at = $"{broker.Host}:{broker.Port}";
        int code = ReasonText.OfReturnCode((int)result.ResultCode);
        ReasonText reason = ReasonText.Of(code);
        string sentence = code switch
        {
            ReasonCode.BadUserNameOrPassword or ReasonCode.NotAuthorized when broker.IsSupervisors =>
                $"{at} refuses the user name and password that Home Assistant gave us: restart the broker's app, so that it makes them "
                    + "known anew.",
            ReasonCode.BadUserNameOrPassword or ReasonCode.NotAuthorized when broker.Username is null =>
                $"{at} wants a user name and a password: set mqtt.username and mqtt.password.",
            ReasonCode.BadUserNameOrPassword or ReasonCode.NotAuthorized =>
                $"{at} refuses user \"{broker.Username}\": bad user name or password. Check mqtt.username and mqtt.password.",
            ReasonCode.UnsupportedProtocolVersion => $"{at} speaks neither MQTT 5 nor 3.1.1: update that broker.",
            ReasonCode.ClientIdentifierNotValid => $"{at} refuses our client id: {reason.Remedy}.",
            ReasonCode.Banned => $"{at} has banned us: {reason.Remedy}.",
            ReasonCode.UseAnotherServer or ReasonCode.ServerMoved =>
                $"{at} refuses the connection ({reason.What}): {Elsewhere(reason, result.ServerReference)}.",
            _ => $"{at} refuses the connection ({reason.What}): {reason.Remedy}.",
        };
        BrokerFailure failure = reason.Passing ? BrokerFailure.Away : BrokerFailure.Refused;
        return new BrokerException(failure, Add(sentence, result.ReasonString)) { Code = code };
    }

    /// <summary>Of two answers to two ways of speaking, the one that helps a person.</summary>
    public static BrokerException Telling(BrokerException earlier, BrokerException later, BrokerAddress broker)
    {
        string at = $"{broker.Host}:{broker.Port}";
        return (earlier, later) switch
        {
            // What it says of certificates is the likelier cause.
            ({ Failure: BrokerFailure.Closed }, { Failure: BrokerFailure.Closed }) when broker.Tls => later,
            ({ Failure: BrokerFailure.Closed }, { Failure: BrokerFailure.Closed }) => new BrokerException(
                BrokerFailure.Closed,
                $"{at} closes the connection at once, in MQTT 5 and in 3.1.1: check mqtt.port and mqtt.tls, then the broker's log.",
                later),
            ({ Code: ReasonCode.UnsupportedProtocolVersion }, { Failure: BrokerFailure.Closed }) => new BrokerException(
                BrokerFailure.Closed,
                $"{at} does not speak MQTT 5, and closes the connection when it is spoken to in 3.1.1: look into the broker's log.",
                later),
            // It would not have answered so if that were all it knew.
            ({ Failure: BrokerFailure.Closed }, { Code: ReasonCode.UnsupportedProtocolVersion }) => earlier,
            _ => later,
        };
    }

    public static MessageRefusal OfPublish(int code)
    {
        ReasonText reason = ReasonText.Of(code);
        return new MessageRefusal(reason.What, code == ReasonCode.NotAuthorized ? "let this user write there" : reason.Remedy);
    }

    public static MessageRefusal TooLarge(uint limit) =>
        new($"it takes no packet above {limit} bytes", "raise that limit (max_packet_size is mosquitto's)");

    /// <summary>Of a message during which the connection ended.</summary>
    public static MessageRefusal OfCostly(BrokerException end)
    {
        MessageRefusal why = end.Code is { } code
            ? OfPublish(code)
            : new MessageRefusal("it does not say why", "let this user write there, and look into the broker's log");
        return why with { What = $"it ends the connection for that: {why.What}" };
    }

    /// <summary>Of a subscription. 3.1.1 has only one code, and means this by it.</summary>
    public static MessageRefusal OfSubscribe(int code)
    {
        ReasonText reason = ReasonText.Of(code);
        string remedy = code is ReasonCode.NotAuthorized or ReasonCode.UnspecifiedError ? "let this user read there" : reason.Remedy;
        return new MessageRefusal(reason.What, remedy) { Reading = true };
    }

    public static string Sentence(string topics, bool plural, MessageRefusal why) => why.Reading
        ? $"The broker does not let us read {topics} ({why.What}): {why.Remedy}."
        : $"The broker takes our connection but not our {(plural ? "messages" : "message")} to {topics} ({why.What}): {why.Remedy}.";

    /// <summary>What a broker adds to its code, for behind the topic; empty if nothing.</summary>
    public static string Quote(string? reason) => string.IsNullOrWhiteSpace(reason) ? "" : $"\"{Printable.Of(reason, 100)}\"";

    /// <summary>What a broker without retained messages costs, for which it is told as a problem; null for one that has them.</summary>
    public static string? OfRetain(BrokerLimits limits) => limits.Retain
        ? null
        : "The broker keeps no retained messages, so Home Assistant learns of a radio with the next heartbeat only, and of nothing while "
            + "Longwire is stopped: allow them (retain_available is mosquitto's).";

    /// <summary>What QoS 0 costs: little, as states are told again with each heartbeat.</summary>
    public static string? OfQoS(BrokerLimits limits) => limits.QoS == MqttQualityOfServiceLevel.AtLeastOnce
        ? null
        : "The broker takes QoS 0 only, so a message may get lost without a trace until the next heartbeat: allow QoS 1 (max_qos is "
            + "mosquitto's).";

    /// <summary>Why a connection that stood is no more.</summary>
    /// <param name="reason">From its DISCONNECT; null or 0 if there was none, or none that says anything.</param>
    public static BrokerException OfEnd(int? reason, string? message)
    {
        if (reason is null or 0)
        {
            string why = string.IsNullOrWhiteSpace(message) ? "" : $" ({Printable.Of(message, 100).TrimEnd('.')})";
            return new BrokerException(BrokerFailure.Dropped, $"the connection ended{why}.");
        }
        ReasonText text = ReasonText.Of(reason.Value);
        BrokerFailure failure = reason == ReasonCode.SessionTakenOver ? BrokerFailure.TakenOver
            : text.Passing ? BrokerFailure.Dropped
            : BrokerFailure.Refused;
        string sentence = reason switch
        {
            ReasonCode.SessionTakenOver => $"{text.What}.",
            // Its DISCONNECT may say which, but the library does not hand that on.
            ReasonCode.UseAnotherServer or ReasonCode.ServerMoved =>
                $"the broker ended the connection ({text.What}): {Elsewhere(text, server: null)}.",
            _ => $"the broker ended the connection ({text.What}): {text.Remedy}.",
        };
        return new BrokerException(failure, Add(sentence, message)) { Code = reason };
    }

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
        // The library calls it that when TCP and TLS stood already.
        bool stood = e is MqttConnectingFailedException;
        bool ended = IsEnd(cause) || (stood && cause is SocketException or IOException or MqttCommunicationException);
        string why = cause.Message.TrimEnd('.');
        string closes = $"{at} closes the connection at once: check mqtt.port and mqtt.tls, then the broker's log.";
        return cause switch
        {
            _ when late => Away($"{at} does not answer within {BrokerTimers.ConnectDeadline.TotalSeconds} s."),
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
                Away($"there is no host \"{broker.Host}\": check mqtt.host."),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Away($"nothing listens at {at}."),
            // It may know no MQTT 5, too: both are the connector's to find out.
            _ when ended && tls.Accepted => Failed(
                BrokerFailure.Closed,
                $"{at} closes the connection right after TLS: {OwnCertificate(broker)}; "
                    + "check mqtt.port, too, and look into the broker's log."),
            _ when ended && (stood || !broker.Tls) => Failed(BrokerFailure.Closed, closes),
            MqttProtocolViolationException when stood => Refused($"{at} does not answer in MQTT ({why}): check mqtt.port."),
            _ when ended => Refused(closes),
            SocketException socket => Away($"{at} cannot be reached ({socket.SocketErrorCode})."),
            AuthenticationException when broker.Tls => Refused($"{at} does not agree on TLS ({why}): check mqtt.port and mqtt.tls."),
            IOException when broker.Tls => Refused($"{at} does not speak TLS ({why}): check mqtt.port and mqtt.tls."),
            _ => Away($"{at} cannot be used ({why})."),
        };

        BrokerException Away(string sentence) => Failed(BrokerFailure.Away, sentence);
        BrokerException Refused(string sentence) => Failed(BrokerFailure.Refused, sentence);
        BrokerException Failed(BrokerFailure failure, string sentence) => new(failure, sentence, e);
    }

    private static string OwnCertificate(BrokerAddress broker) => broker.Cert is null
        ? "if it wants a certificate from us, set mqtt.cert and mqtt.key"
        : $"it may not accept the certificate in {broker.Cert} (mqtt.cert)";

    // "Not connected" is how the library finds a reset a moment later.
    private static bool IsEnd(Exception cause) =>
        cause is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.NotConnected or SocketError.Shutdown }
            or MqttCommunicationException { Message: "Connection closed." };

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner && e is not SocketException and not AuthenticationException) e = inner;
        return e;
    }

    private static string Elsewhere(ReasonText reason, string? server) =>
        string.IsNullOrWhiteSpace(server) ? reason.Remedy : $"set mqtt.host to {Printable.Of(server, 100)}";

    // What a broker adds comes from outside: short, and on one line.
    private static string Add(string sentence, string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? sentence : $"{sentence} It says: \"{Printable.Of(reason, 100)}\".";
}
