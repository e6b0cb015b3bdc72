namespace Longwire.Link.Liveness;

/// <summary>
/// Every waiting time of the link, on one page.
/// <para>
/// A healthy connection is never silent for <see cref="LostAfter"/>: each side says something within <see cref="PingAfter"/>, so two pings
/// in a row may come late or be sent again by TCP before the third second is over. What hangs on a loss begins after it: a hold is seen
/// within 4 s. A control connection is quiet while nobody carries a radio of that Pi, see <see cref="LinkPace"/>.
/// </para>
/// <para>
/// An attempt that nobody takes lives for <see cref="Dial"/>, and a new one begins every <see cref="BetweenAttempts"/>: so the network's
/// return is noticed within half a second. Where nobody listens yet, the next one begins after <see cref="SoonAgain"/>. One that is taken
/// has <see cref="Verdict"/>, and new ones begin every <see cref="BesideTaken"/>: else a machine that computes a handshake for seconds
/// would be given up each time, and be the busier for it. Never more than <see cref="MostAttempts"/> are under way. Before one that
/// is taken begins its handshake, one session that waits for the Pi's return has its own, for <see cref="Ahead"/> at most.
/// </para>
/// <para>
/// The server keeps a session <see cref="KeptLonger"/> beyond the client's hold. It hears of a loss later than the client at times, by at
/// most
/// <see cref="LostAfter"/>, and one that the client returns over in the last moment still needs its verdict.
/// </para>
/// </summary>
public static class LinkTimers
{
    /// <summary>Nothing was said for so long: ping.</summary>
    public static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Nothing was heard for so long: the connection is lost. Whoever watches the clock reads once more before it says so: a process that
    /// did not run has not heard what lies in its socket.
    /// </summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The same of the client of a quiet control connection: some Pis have no radio for us, and a ping a second of each would cost more
    /// than asking all of them for their lists. That the other machine is gone the kernel notices, by its own probes.
    /// </summary>
    public static readonly TimeSpan QuietPing = TimeSpan.FromSeconds(30);

    /// <summary>No client may be quiet for longer, whatever it asks for.</summary>
    public static readonly TimeSpan MostQuiet = TimeSpan.FromMinutes(10);

    /// <summary>A connection that is never quiet is pinged so often all the same, to know its round trip.</summary>
    public static readonly TimeSpan RoundTripEvery = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What was written to the kernel is said so late, at most, if no message goes the other way. It only frees the far side's replay
    /// buffer: what a radio's driver does next usually carries it sooner.
    /// </summary>
    public static readonly TimeSpan AckDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>From one attempt to connect to the next, while there is no connection.</summary>
    public static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The same right after the other machine has refused one, in the first <see cref="SoonFor"/>: it is there, and its program is being
    /// started again. A refusal costs both next to nothing.
    /// </summary>
    public static readonly TimeSpan SoonAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>What an update of the program takes, with room to spare.</summary>
    public static readonly TimeSpan SoonFor = TimeSpan.FromSeconds(30);

    /// <summary>The same while the other machine has taken one, and has not judged it yet.</summary>
    public static readonly TimeSpan BesideTaken = TimeSpan.FromSeconds(2);

    /// <summary>
    /// For the handshake of a session before that of the control connection, which is so much later on a machine that takes longer: by then
    /// the next attempt begins anyway.
    /// </summary>
    public static readonly TimeSpan Ahead = BesideTaken;

    /// <summary>From the first packet of an attempt until the other machine has taken the connection.</summary>
    public static readonly TimeSpan Dial = TimeSpan.FromSeconds(2);

    /// <summary>From the first packet of an attempt to its verdict.</summary>
    public static readonly TimeSpan Verdict = TimeSpan.FromSeconds(7);

    /// <summary>How many attempts may be under way at one time.</summary>
    public const int MostAttempts = 4;

    /// <summary>
    /// How many of them may wait for the same machine to compute. A server keeps <see cref="MostAttempts"/> of one network whose hosts it
    /// does not know yet and closes the oldest for a new one, and two houses may be one network for it.
    /// </summary>
    public const int MostTaken = MostAttempts / 2;

    /// <summary>How long whoever said that a session is over waits for the answer.</summary>
    public static readonly TimeSpan EndAnswer = TimeSpan.FromSeconds(1);

    /// <summary>How much longer than the client's hold the server keeps a session.</summary>
    public static readonly TimeSpan KeptLonger = TimeSpan.FromSeconds(10);
}
