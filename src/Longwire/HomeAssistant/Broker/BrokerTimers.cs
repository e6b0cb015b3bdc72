namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// Every time span this folder lives by. A broker that is back must have everything again within 5 s: the longest pause
/// between two attempts (1.5 s) and what is left of an attempt at a silent one (3 s), plus the claim (a quarter of a second)
/// stay below that. Not if something accepts its connections while it starts and closes them again, and not if it refused us:
/// asked that often, it would fill its log for ever.
/// </summary>
internal static class BrokerTimers
{
    /// <summary>For a CONNECT and its answer, name resolution and TLS included.</summary>
    public static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Between the addresses of a broker's name, of which one that is dead must not cost the whole <see cref="ConnectDeadline"/>: what
    /// RFC 8305 recommends.
    /// </summary>
    public static readonly TimeSpan NextAddress = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// For the acknowledgement of anything else. Longer than a broker takes to write its database to a slow SD card, or we
    /// would be reported offline at each autosave.
    /// </summary>
    public static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For the answer to what is under way when it is cancelled: as long as a broker at hand takes, and short enough for a stop.
    /// </summary>
    public static readonly TimeSpan HeardOut = TimeSpan.FromMilliseconds(400);

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

    /// <summary>
    /// At least, once a broker has closed more than <see cref="QuickTriesWhenClosed"/> connections instead of answering CONNECT: the
    /// wrong port, or one that wants TLS. One that is starting behind a proxy does the same, for which the quick tries are.
    /// </summary>
    public static readonly TimeSpan PauseWhenClosed = TimeSpan.FromSeconds(30);
    public const int QuickTriesWhenClosed = 2;

    /// <summary>The same of one to which we had a good connection before: it is being started again, and these last about 45 s.</summary>
    public const int QuickTriesWhenClosedAgain = 40;

    /// <summary>
    /// So many connections in a row that stood and ended before they were good; then they are made as seldom as after a refusal. Each
    /// takes every radio offline for a moment.
    /// </summary>
    public const int MostQuickDrops = 20;

    /// <summary>A broker that takes less than all of MQTT 5 is asked for all of it after this, at the next new connection.</summary>
    public static readonly TimeSpan FullDialectAgainAfter = TimeSpan.FromHours(1);

    /// <summary>A message that the broker refused is sent again as it was after this: quotas are freed, rules are changed.</summary>
    public static readonly TimeSpan RefusedAgainAfter = TimeSpan.FromMinutes(10);

    /// <summary>The same of one for which the broker ended the connection.</summary>
    public static readonly TimeSpan CostlyAgainAfter = TimeSpan.FromHours(1);

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

    /// <summary>
    /// The same when somebody else was seen there: longer than its <see cref="LongestPause"/>, so that a broker's restart changes no owner.
    /// </summary>
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

    /// <summary>
    /// Home Assistant may not yet listen this soon after it was told of a device for the first time; its events wait. After a changed
    /// message nothing waits: only another topic, QoS or encoding makes it subscribe anew (Core, mqtt/subscription.py and
    /// device_trigger.py).
    /// </summary>
    public static readonly TimeSpan EventsAfterDiscovery = TimeSpan.FromSeconds(1);

    /// <summary>
    /// After a changed discovery message its device's states go out at once, and once more after this: Home Assistant counts only those
    /// that come after it has carried the change out, for which it takes up to a second when it is busy.
    /// </summary>
    public static readonly TimeSpan StatesAfterDiscovery = TimeSpan.FromSeconds(1.5);

    /// <summary>For <c>offline</c>, and again for what follows once the radios are let go: the last states and DISCONNECT.</summary>
    public static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    /// <summary>
    /// For the attach side to let go of the radios at a stop, between the two halves of the goodbye. Longer than the time it gives itself;
    /// with both halves it stays within the time after which the process is killed.
    /// </summary>
    public static readonly TimeSpan LettingGo = TimeSpan.FromSeconds(5.5);

    /// <summary>
    /// For clearing what a person had forgotten, who waits for it: connecting, a claim that settles late, and the messages.
    /// </summary>
    public static readonly TimeSpan Forget = TimeSpan.FromSeconds(5);
}
