namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// What a broker's reason code means and what to do about it. One table for CONNACK, DISCONNECT, PUBACK and SUBACK: a code means the
/// same in all of them (MQTT 5, section 2.4).
/// </summary>
/// <param name="What">Goes on after "The broker refuses … (".</param>
/// <param name="Remedy">Goes on after a colon.</param>
/// <param name="Passing">It passes by itself, and soon: asking again at once is right.</param>
/// <param name="ByMessage">It is about the message just sent: without it the connection would stand.</param>
internal sealed record ReasonText(string What, string Remedy, bool Passing = false, bool ByMessage = false)
{
    private const string LookIntoItsLog = "look into its log";
    private const string OurFault = "look into its log, and report that as an error of Longwire";
    private const string AllowTopics = "allow the base topic and what is below it there, or set another base_topic";
    private const string WaitOrLook = "if that does not pass, look into its log";

    /// <param name="code">Of MQTT 5; anything from 0 to 255.</param>
    public static ReasonText Of(int code) => code switch
    {
        ReasonCode.UnspecifiedError => new("it does not say why", LookIntoItsLog),
        0x81 => new("it finds a packet of ours malformed", OurFault, ByMessage: true),
        0x82 => new("it finds that we break the protocol", OurFault, ByMessage: true),
        0x83 => new("for a reason of its own", "look into its log, and at its limits", ByMessage: true),
        ReasonCode.UnsupportedProtocolVersion => new("it does not speak this version of MQTT", "update that broker"),
        ReasonCode.ClientIdentifierNotValid => new("it takes no such client id", "allow client ids that begin with \"longwire\""),
        ReasonCode.BadUserNameOrPassword => new("bad user name or password", "check mqtt.username and mqtt.password"),
        ReasonCode.NotAuthorized => new("not authorized", "give this user the right to do that", ByMessage: true),
        ReasonCode.ServerUnavailable => new("it is not available now", WaitOrLook, Passing: true),
        0x89 => new("it is busy", WaitOrLook, Passing: true),
        ReasonCode.Banned => new("it has banned us", "look into its log and lift the ban"),
        0x8B => new("it is shutting down", "start it again if it does not start by itself", Passing: true),
        0x8C => new("it wants another way of logging in", "allow a user name and a password there"),
        0x8D => new("it has heard nothing of us for too long", "look for a network or a machine that stalls", Passing: true),
        ReasonCode.SessionTakenOver =>
            new("somebody else connected with our client id", "look for a second Longwire with a copy of our data folder"),
        0x8F => new("it takes no such topic filter", AllowTopics),
        0x90 => new("it takes no such topic", AllowTopics, ByMessage: true),
        0x91 => new("it still waits for the end of an earlier message", WaitOrLook, Passing: true),
        0x92 => new("it knows nothing of the message that we speak of", OurFault),
        0x93 => new("it got more messages at once than it wants", "raise its receive maximum"),
        0x94 => new("it takes no such topic alias", OurFault, ByMessage: true),
        ReasonCode.PacketTooLarge =>
            new("it is too large", "raise the broker's limit (max_packet_size and message_size_limit are mosquitto's)", ByMessage: true),
        0x96 => new("it gets more messages from us than it wants", "raise its limit of messages for this user"),
        ReasonCode.QuotaExceeded =>
            new("a quota of its is used up", "raise the quota of this user, or of retained messages", ByMessage: true),
        0x98 => new("whoever runs it ended that", "ask there, or look into its log", Passing: true),
        0x99 => new("it does not like the content", "look there for a rule that checks what is published", ByMessage: true),
        ReasonCode.RetainNotSupported =>
            new("it keeps no retained messages", "allow them (retain_available is mosquitto's)", ByMessage: true),
        ReasonCode.QoSNotSupported => new("it takes no message with QoS 1", "allow that (max_qos is mosquitto's)", ByMessage: true),
        ReasonCode.UseAnotherServer => new("it wants us to use another broker for now", "set mqtt.host to that one"),
        ReasonCode.ServerMoved => new("it has moved to another address", "set mqtt.host to that one"),
        0x9E => new("it has no shared subscriptions", OurFault),
        0x9F => new("it gets more connections than it wants", WaitOrLook, Passing: true),
        0xA0 => new("it keeps no connection longer than that", "raise its maximum connect time", Passing: true),
        0xA1 => new("it has no subscription identifiers", OurFault),
        0xA2 => new("it has no subscriptions with wildcards", "allow them there"),
        _ => new($"reason code {code}, which MQTT 5 does not have", LookIntoItsLog),
    };

    /// <summary>
    /// MQTT 3.1.1 has five return codes of its own in CONNACK (section 3.2.2.3); its brokers give them to a CONNECT of MQTT 5 as well.
    /// </summary>
    public static int OfReturnCode(int code) => code switch
    {
        1 => ReasonCode.UnsupportedProtocolVersion,
        2 => ReasonCode.ClientIdentifierNotValid,
        3 => ReasonCode.ServerUnavailable,
        4 => ReasonCode.BadUserNameOrPassword,
        5 => ReasonCode.NotAuthorized,
        _ => code,
    };
}
