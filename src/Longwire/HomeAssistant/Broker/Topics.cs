namespace Longwire.HomeAssistant.Broker;

/// <summary>Every topic we use, by name. <c>Base</c> is also the prefix of every identifier and unique id.</summary>
internal sealed record Topics(string Base, string Prefix)
{
    public const string Online = "online";
    public const string Offline = "offline";

    private static readonly RadioTopic[] s_radioTopics = Enum.GetValues<RadioTopic>();

    private const string AttachSuffix = "/attach/set";
    private const string ReattachSuffix = "/reattach/set";
    private const string TakeOverSuffix = "/take_over/set";
    private const string SilenceSuffix = "/silence/set";

    public string BridgeState => $"{Base}/bridge/state";
    public string BridgeInfo => $"{Base}/bridge/info";

    /// <summary>Where an instance asks whether the base topic is free. Never retained.</summary>
    public string BridgeClaim => $"{Base}/bridge/claim";

    public string AnyAttachCommand => AnyCommand(RadioTopic.Attach);
    public string AnyReattachCommand => AnyCommand(RadioTopic.Reattach);
    public string AnyTakeOverCommand => AnyCommand(RadioTopic.TakeOver);
    public string AnySilenceCommand => $"{AllPis}+{SilenceSuffix}";
    public string BridgeRestart => $"{Base}/bridge/restart/set";
    public string BridgeLogLevel => $"{Base}/bridge/log_level/set";

    /// <summary>Where it is said who owns the base topic.</summary>
    public IReadOnlyList<string> Bridge => [BridgeClaim, BridgeInfo, BridgeState];

    /// <summary>Where a person's commands come in.</summary>
    public IReadOnlyList<string> Commands =>
        [AnyAttachCommand, AnyReattachCommand, AnyTakeOverCommand, AnySilenceCommand, BridgeRestart, BridgeLogLevel];

    /// <summary>
    /// Home Assistant says <c>online</c> here once it listens. People may change the topic there; by default it follows the prefix.
    /// </summary>
    public string Birth => $"{Prefix}/status";

    public string BridgeIdentifier => $"{IdPrefix}_bridge";
    private string IdPrefix { get; } = string.Concat(Base.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));

    /// <summary>What every radio's topics begin with.</summary>
    public string AllRadios => $"{Base}/radio/";

    /// <summary>The same of every Pi's.</summary>
    public string AllPis => $"{Base}/pi/";

    public string PiState(string pi) => $"{AllPis}{pi}/state";
    public string PiSilence(string pi) => $"{AllPis}{pi}{SilenceSuffix}";
    public string RadioState(string radio) => $"{Base}/radio/{radio}/state";
    public string RadioEvent(string radio) => $"{Base}/radio/{radio}/event";
    public string RadioAttach(string radio) => $"{Base}/radio/{radio}{AttachSuffix}";
    public string RadioReattach(string radio) => $"{Base}/radio/{radio}{ReattachSuffix}";
    public string RadioTakeOver(string radio) => $"{Base}/radio/{radio}{TakeOverSuffix}";

    // The kind is part of the identifier: a Pi and a radio may well have the same id.
    public string PiIdentifier(string pi) => $"{IdPrefix}_pi_{pi}";
    public string RadioIdentifier(string radio) => $"{IdPrefix}_radio_{radio}";

    public string Config(string identifier) => $"{Prefix}/device/{identifier}/config";

    /// <summary>What covers this one of every radio's topics.</summary>
    public string AnyCommand(RadioTopic asked) => $"{Base}/radio/+{SuffixOf(asked)}";

    /// <summary>The radio that a command topic speaks of, and what is asked of it.</summary>
    public bool TryParseCommand(string topic, out string radio, out RadioTopic asked)
    {
        (radio, asked) = ("", default);
        if (!topic.StartsWith(AllRadios, StringComparison.Ordinal)) return false;
        foreach (RadioTopic each in s_radioTopics)
        {
            string end = SuffixOf(each);
            if (!topic.EndsWith(end, StringComparison.Ordinal) || topic.Length <= AllRadios.Length + end.Length) continue;
            (radio, asked) = (topic[AllRadios.Length..^end.Length], each);
            return !radio.Contains('/', StringComparison.Ordinal);
        }
        return false;
    }

    /// <summary>The Pi that a command topic speaks of.</summary>
    public bool TryParseSilence(string topic, out string pi)
    {
        bool isOne = topic.StartsWith(AllPis, StringComparison.Ordinal)
            && topic.EndsWith(SilenceSuffix, StringComparison.Ordinal)
            && topic.Length > AllPis.Length + SilenceSuffix.Length;
        pi = isOne ? topic[AllPis.Length..^SilenceSuffix.Length] : "";
        return isOne && !pi.Contains('/', StringComparison.Ordinal);
    }

    private static string SuffixOf(RadioTopic asked) => asked switch
    {
        RadioTopic.Attach => AttachSuffix,
        RadioTopic.Reattach => ReattachSuffix,
        _ => TakeOverSuffix,
    };
}
