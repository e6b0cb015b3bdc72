using System.Text.RegularExpressions;
using Longwire.HomeAssistant.Broker;
using Longwire.Tests.HomeAssistant.Brokers;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace Longwire.Tests.HomeAssistant.Broker;

/// <summary>Every reason that a broker can give, of both protocols, generated over all that the library knows.</summary>
public sealed partial class ReasonTests
{
    private static readonly BrokerAddress Broker = new("broker.lan", 1883) { Username = "anna" };

    public static TheoryData<int> Codes { get; } =
    [
        .. Enum.GetValues<MqttConnectReasonCode>().Select(code => (int)code)
            .Concat(Enum.GetValues<MqttDisconnectReasonCode>().Select(code => (int)code))
            .Concat(Enum.GetValues<MqttPubAckReasonCode>().Select(code => (int)code))
            .Concat(Enum.GetValues<MqttSubscribeReasonCode>().Select(code => (int)code))
            .Where(code => code >= 0x80)
            .Distinct()
            .Order(),
    ];

    public static TheoryData<int> ReturnCodes { get; } =
        [.. Enum.GetValues<MqttConnectReturnCode>().Select(code => (int)code).Where(code => code != 0)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Each_reason_has_words_and_a_remedy_of_its_own_whatever_it_answers(int code)
    {
        ReasonText text = ReasonText.Of(code);
        Assert.Single(Codes, other => ReasonText.Of(other.Data).What == text.What);
        string[] sentences =
        [
            RefusalText.Of(new MqttClientConnectResult { ResultCode = (MqttClientConnectResultCode)code }, Broker).Message,
            $"{char.ToUpperInvariant(RefusalText.OfEnd(code, null).Message[0])}{RefusalText.OfEnd(code, null).Message[1..]}",
            RefusalText.Sentence("longwire/bridge/info", plural: false, RefusalText.OfPublish(code)),
            RefusalText.Sentence("longwire/bridge/info", plural: false, RefusalText.OfSubscribe(code)),
        ];
        Assert.All(sentences, sentence =>
        {
            Assert.EndsWith(".", sentence, StringComparison.Ordinal);
            // No name of an enumeration, and no number that a person would have to look up.
            Assert.DoesNotMatch(EnumerationName(), sentence.Replace("QoS", "", StringComparison.Ordinal));
            Assert.DoesNotContain($"{code}", sentence, StringComparison.Ordinal);
            if (code != ReasonCode.SessionTakenOver) Assert.Matches(Remedy(), sentence);
        });
    }

    [Fact]
    public void A_code_that_no_standard_has_is_named_by_its_number() => Assert.All(
        Enumerable.Range(1, 255).Where(code => code is < 0x80 or > 0xA2),
        code => Assert.Contains($"reason code {code}", ReasonText.Of(code).What, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(ReturnCodes))]
    public void A_return_code_of_3_1_1_says_what_the_code_of_5_says_to_every_kind_of_user(int returnCode)
    {
        int code = ReasonText.OfReturnCode(returnCode);
        Assert.NotEqual(returnCode, code);
        foreach (BrokerAddress broker in new[] { Broker, Broker with { Username = null }, Broker with { IsSupervisors = true } })
        {
            BrokerException old = RefusalText.Of(
                new MqttClientConnectResult { ResultCode = (MqttClientConnectResultCode)returnCode }, broker);
            BrokerException now = RefusalText.Of(new MqttClientConnectResult { ResultCode = (MqttClientConnectResultCode)code }, broker);
            Assert.Equal((now.Message, now.Failure, now.Code), (old.Message, old.Failure, old.Code));
        }
    }

    [Theory]
    [InlineData(2, nameof(BrokerFailure.Refused), "allow client ids that begin with \"longwire\"")]
    [InlineData(3, nameof(BrokerFailure.Away), "it is not available now")]
    [InlineData(4, nameof(BrokerFailure.Refused), "refuses user \"anna\": bad user name or password")]
    [InlineData(5, nameof(BrokerFailure.Refused), "refuses user \"anna\": bad user name or password")]
    [InlineData(6, nameof(BrokerFailure.Refused), "does not answer in MQTT")]
    public async Task A_return_code_arrives_as_that_from_a_broker_of_3_1_1(int returnCode, string failure, string sentence)
    {
        // Also when it comes in answer to a CONNECT of MQTT 5: a wrong password is not tried twice.
        foreach (bool answersFive in new[] { false, true })
        {
            if (answersFive && returnCode == 6) continue;
            await using var broker = new ScriptedBroker
            {
                OnConnect = connect => Answer.OldConnack(connect.Version == 5 && !answersFive ? 1 : returnCode),
            };
            BrokerException e = await Assert.ThrowsAsync<BrokerException>(() => broker.OpenAsync(NewConnector(), user: Broker.Username));
            Assert.Equal(failure, $"{e.Failure}");
            Assert.Contains(sentence, e.Message, StringComparison.Ordinal);
            Assert.Equal(answersFive ? 1 : 2, broker.Connects.Count);
        }
    }

    /// <summary>What a broker may answer to one of the two CONNECTs: a return code, or -1 for closing the connection.</summary>
    public static MatrixTheoryData<int, int> Pairs { get; } = new([-1, 1, ReasonCode.UnsupportedProtocolVersion], [-1, 1, 2, 3, 4, 5]);

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Of_two_answers_the_one_that_helps_is_told(int toFive, int toOld)
    {
        await using var broker = new ScriptedBroker
        {
            OnConnect = connect => (connect.Version == 5 ? toFive : toOld) switch
            {
                -1 => Answer.Close,
                > 5 and { } code => Answer.Connack(code),
                { } code => Answer.OldConnack(code),
            },
        };
        BrokerException e = await Assert.ThrowsAsync<BrokerException>(() => broker.OpenAsync(NewConnector(), user: "anna"));
        string expected = (toFive, toOld) switch
        {
            (-1, -1) => "closes the connection at once, in MQTT 5 and in 3.1.1: check mqtt.port and mqtt.tls, then the broker's log.",
            (_, -1) => "does not speak MQTT 5, and closes the connection when it is spoken to in 3.1.1: look into the broker's log.",
            (-1, 1) => "closes the connection at once: check mqtt.port and mqtt.tls, then the broker's log.",
            (_, 1) => "speaks neither MQTT 5 nor 3.1.1: update that broker.",
            (_, 2) => "refuses our client id: allow client ids that begin with \"longwire\".",
            (_, 3) => "refuses the connection (it is not available now): if that does not pass, look into its log.",
            _ => "refuses user \"anna\": bad user name or password. Check mqtt.username and mqtt.password.",
        };
        Assert.Equal($"127.0.0.1:{broker.Port} {expected}", e.Message);
        BrokerFailure failure = (toFive, toOld) switch
        {
            (_, -1) or (-1, 1) => BrokerFailure.Closed,
            (_, 3) => BrokerFailure.Away,
            _ => BrokerFailure.Refused,
        };
        Assert.Equal(failure, e.Failure);
    }

    [Theory]
    [InlineData(ReasonCode.UseAnotherServer)]
    [InlineData(ReasonCode.ServerMoved)]
    public void A_broker_that_names_another_is_quoted(int code)
    {
        var result = new MqttClientConnectResult { ResultCode = (MqttClientConnectResultCode)code, ServerReference = "new.lan:1883\n" };
        Assert.EndsWith("set mqtt.host to new.lan:1883?.", RefusalText.Of(result, Broker).Message, StringComparison.Ordinal);
    }

    private static BrokerConnector NewConnector() =>
        new(new KnownBrokers(TimeProvider.System, new RecordingLogger<KnownBrokers>()), TimeProvider.System);

    [GeneratedRegex("[a-z][A-Z]")]
    private static partial Regex EnumerationName();

    [GeneratedRegex("(: |\\. |, and )(check|update|allow|look|raise|set|give|let|ask|start|if that|Check)")]
    private static partial Regex Remedy();
}
