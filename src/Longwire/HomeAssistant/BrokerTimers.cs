namespace Longwire.HomeAssistant;

/// <summary>
/// Every time span this folder lives by. A broker that is back must have everything again within 5 s: the longest pause
/// between two attempts (1.5 s) and what is left of an attempt at a silent one (3 s), plus the claim (a quarter of a second)
/// stay below that.
/// </summary>
internal static class BrokerTimers
{
    /// <summary>For a CONNECT and its answer, name resolution and TLS included.</summary>
    public static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(3);

    /// <summary>
    /// For the acknowledgement of anything else. Longer than a broker takes to write its database to a slow SD card, or we
    /// would be reported offline at each autosave.
    /// </summary>
    public static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(5);

    /// <summary>For the library to tell why a connection ended, once something failed because it had.</summary>
    public static readonly TimeSpan CauseDeadline = TimeSpan.FromSeconds(1);

    /// <summary>What we promise the broker: it declares us dead after one and a half of it.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(8);

    /// <summary>
    /// How often we ask whether the broker is there, by our own monotonic clock: the library's reckons in wall-clock time, and would
    /// fall silent for an hour when the clock is set back by one. Below the keep-alive with room for a late timer; a
    /// broker that stalls is noticed after this and one answer deadline, 8 s.
    /// </summary>
    public static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(3);

    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1.5);

    /// <summary>After a refusal: Home Assistant notifies people of each failed login, and may ban us for them.</summary>
    public static readonly TimeSpan LongestPauseWhenRefused = TimeSpan.FromSeconds(30);

    /// <summary>A connection that lived this long was a good one, and the next loss starts again with the first pause.</summary>
    public static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(10);

    /// <summary>After being thrown out again and again by somebody with our own client id.</summary>
    public static readonly TimeSpan PauseWhenTakenOver = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How often to look whether there is a broker now, in the first <see cref="BrokerComesWithin"/> in which nobody names one: the
    /// Supervisor has no event for it, and a person waits for what comes up with the machine, or was just restarted.
    /// </summary>
    public static readonly TimeSpan AskForBrokerSoon = TimeSpan.FromSeconds(2);

    /// <summary>As long as the Supervisor of a slow machine takes to start what starts with it.</summary>
    public static readonly TimeSpan BrokerComesWithin = TimeSpan.FromMinutes(5);

    /// <summary>The same later: the next broker is one that somebody installs.</summary>
    public static readonly TimeSpan AskForBrokerEvery = TimeSpan.FromSeconds(30);

    /// <summary>How long a claim to the base topic stands before it is ours, when nothing speaks against it.</summary>
    public static readonly TimeSpan ClaimSettles = TimeSpan.FromMilliseconds(250);

    /// <summary>The same when somebody else was seen there: longer than its <see cref="LongestPause"/>, so that a broker's restart changes no owner.</summary>
    public static readonly TimeSpan ClaimSettlesLate = TimeSpan.FromSeconds(3);

    /// <summary>The same for one that cannot be asked, only heard: a heartbeat has to pass.</summary>
    public static readonly TimeSpan ClaimSettlesUnasked = TimeSpan.FromSeconds(33);

    /// <summary>Who does not name the claim it answers is believed to live if heard twice in this time: longer than a heartbeat.</summary>
    public static readonly TimeSpan HeardAgainWithin = TimeSpan.FromSeconds(45);

    /// <summary>How often a standby asks again, in case the other one went without its last will being published.</summary>
    public static readonly TimeSpan ClaimAgainEvery = TimeSpan.FromSeconds(30);

    /// <summary>States are published again this often, changed or not: a third of <see cref="ExpireAfterSeconds"/>.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    /// <summary>Home Assistant shows "unavailable" this long after the last message, should last will and broker both be lost.</summary>
    public const int ExpireAfterSeconds = 90;

    /// <summary>Home Assistant may not yet listen this soon after it was told of a device for the first time; its events wait.</summary>
    public static readonly TimeSpan EventsAfterDiscovery = TimeSpan.FromSeconds(1);

    /// <summary>For the goodbye: the last states, <c>offline</c>, DISCONNECT.</summary>
    public static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    /// <summary>For clearing what a person had forgotten, who waits for it: connecting, a claim that settles late, and the messages.</summary>
    public static readonly TimeSpan Forget = TimeSpan.FromSeconds(5);
}
