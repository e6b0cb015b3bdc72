using Longwire.Link.Liveness;

namespace Longwire.Attach;

/// <summary>
/// Every waiting time of the attach side, by purpose. How they relate:
/// <list type="bullet">
/// <item>A peer is asked for its descriptors (client timers, 2 s for each answer) before the kernel meets it, so a peer that never speaks
/// costs no other radio anything.</item>
/// <item><see cref="Enumerate"/> &lt; <see cref="Attach"/>: a peer that falls silent while the kernel enumerates it holds the root
/// hub's lock, and with it every radio on that hub. The normal case takes 0.35 s.</item>
/// <item>A dead peer is noticed by TCP (keepalive and user time-out, about 6.4 s at worst) before the 8 s we promise.</item>
/// <item><see cref="PollFast"/> ≤ <see cref="BackoffCap"/>: the Pi's list is never older than the back-off of what is on it.</item>
/// </list>
/// </summary>
internal static class AttachTimers
{
    /// <summary>
    /// One step of an attempt: getting the stick from the Pi, hearing who it is, deciding about it. And all that is done on a port, from
    /// choosing it to the last tty, of a stick that answers at once; see <see cref="OnPort"/>.
    /// </summary>
    public static readonly TimeSpan Attach = TimeSpan.FromSeconds(10);

    /// <summary>
    /// For a root hub that is not there yet, or whose authorized_default is not 0 yet: vhci_hcd was just loaded. Below
    /// <see cref="Attach"/>, so that it is this that is told.
    /// </summary>
    public static readonly TimeSpan HubHeld = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan HubHeldStep = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// State 005 to 006, beside <see cref="EnumerateRoundTrips"/> round trips or <see cref="EnumerateAnswers"/> answers: enumerating is a
    /// dozen transfers, one after the other.
    /// </summary>
    public static readonly TimeSpan Enumerate = TimeSpan.FromSeconds(2);
    public const int EnumerateRoundTrips = 40;
    public const int EnumerateAnswers = 16;

    /// <summary>The drivers ask the stick about as often as the kernel does that enumerates it.</summary>
    public const int OnPortAnswers = 2 * EnumerateAnswers;

    /// <summary>The round trip is the peer's word; no more than this of it counts.</summary>
    public static readonly TimeSpan EnumerateRoundTripMost = TimeSpan.FromMilliseconds(50);

    /// <summary>The same of an answer: a stick that takes longer for each would hold up the others of its hub for too long.</summary>
    public static readonly TimeSpan AnswerMost = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The kernel asks twice for a text that is never answered, and waits 5 s each time (usb_string_sub, USB_CTRL_GET_TIMEOUT).
    /// </summary>
    public static readonly TimeSpan UnansweredText = TimeSpan.FromSeconds(11);

    /// <summary>How long a stick may take to come up on its port, by what was noticed when we asked it ourselves.</summary>
    public static TimeSpan EnumerateFor(CarrierFigures figures)
    {
        TimeSpan roundTrips = Least(figures.RoundTrip ?? EnumerateRoundTripMost, EnumerateRoundTripMost) * EnumerateRoundTrips;
        TimeSpan answers = Least(figures.SlowestAnswer ?? TimeSpan.Zero, AnswerMost) * EnumerateAnswers;
        return Enumerate + (answers > roundTrips ? answers : roundTrips) + ForTexts(figures);
    }

    /// <summary>The same for all that is done on the port.</summary>
    public static TimeSpan OnPort(CarrierFigures figures) =>
        Attach + (Least(figures.SlowestAnswer ?? TimeSpan.Zero, AnswerMost) * OnPortAnswers) + ForTexts(figures);

    /// <summary>A port just left (004) and its device's removal: milliseconds, unless a driver hangs in its disconnect.</summary>
    public static readonly TimeSpan PortReuse = TimeSpan.FromSeconds(2);

    /// <summary>The port's own state changes after the last uevent of its device.</summary>
    public static readonly TimeSpan PortReuseStep = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// udev's links follow the tty, and a radio is attached once they are there; without udev they never come, and after this the
    /// tty's own name serves. Below <see cref="FirstVerdict"/> with room for an import.
    /// </summary>
    public static readonly TimeSpan SerialLinks = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan SerialLinksStep = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Figures; a look at the port, in case a uevent was missed, and at its names: udev's links are no news of the kernel's.
    /// </summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A Pi's list while a radio is missing: right after a loss, then in the first minute, then. A Pi resets a stick that was given back,
    /// and has it to offer some 0.3 s later.
    /// </summary>
    public static readonly TimeSpan PollAtOnce = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan PollAtOnceFor = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan PollFast = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan PollFastFor = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>A Pi of which nothing is missing, asked only for what may be new on it.</summary>
    public static readonly TimeSpan PollIdle = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A Pi that serves us all that is wanted of it, and can have nothing new for us: asked for those who look at the page.
    /// </summary>
    public static readonly TimeSpan PollServing = TimeSpan.FromMinutes(1);

    /// <summary>The same for one that did not answer then: for what may be new on it, and otherwise not at all.</summary>
    public static readonly TimeSpan PollUnanswered = TimeSpan.FromMinutes(10);

    /// <summary>A Pi that did not answer is asked again after this, and it is away when it has not answered for so long.</summary>
    public static readonly TimeSpan PollInDoubt = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan PiAway = TimeSpan.FromSeconds(8);

    /// <summary>
    /// The same for one that was never heard: three questions, and below <see cref="FirstVerdict"/> with room for the last.
    /// </summary>
    public static readonly TimeSpan PiAwayAtStart = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A Pi that does not let us in over the link is asked again after this: a person has to put it right, and looks whether it is.
    /// </summary>
    public static readonly TimeSpan LinkRefused = TimeSpan.FromSeconds(5);

    /// <summary>From a Pi's welcome to what it has to offer, which it says at once: then somebody else has taken its place.</summary>
    public static readonly TimeSpan LinkOffers = LinkTimers.Verdict;

    /// <summary>After a failed attempt: doubled each time, with jitter, up to the cap.</summary>
    public static readonly TimeSpan BackoffFirst = TimeSpan.FromMilliseconds(250);
    public static readonly TimeSpan BackoffCap = TimeSpan.FromSeconds(2);

    /// <summary>The cap for what fails the same way each time: each attempt resets the stick.</summary>
    public static readonly TimeSpan BackoffSameCap = TimeSpan.FromMinutes(1);

    /// <summary>
    /// After an attachment that was lost at once, and not for the first time: two machines that take a stick from each other must not do so
    /// for ever.
    /// </summary>
    public static readonly TimeSpan ContendedFirst = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan ContendedCap = TimeSpan.FromHours(1);

    /// <summary>
    /// An attempt to import what is not in the list, to learn whether somebody else has it: in the first minute after a loss, then.
    /// </summary>
    public static readonly TimeSpan AskWhetherInUseSoon = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan AskWhetherInUse = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The last segment is older than this at a loss: the Pi fell silent rather than closing. A live idle peer answers a probe every 3 s.
    /// </summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(3.5);

    /// <summary>
    /// A Pi that acknowledges nothing for so long, while somebody in our kernel waits for it, is away: then we answer in its place. More
    /// than TCP's first retransmissions, less than the 4 s in which a held radio is told. Asked again every <see cref="HeldStep"/>.
    /// </summary>
    public static readonly TimeSpan HeldAfter = TimeSpan.FromSeconds(3);

    /// <inheritdoc cref="HeldAfter"/>
    public static readonly TimeSpan HeldStep = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// A stock Pi that was away for longer may have been started anew, and its radio without power meanwhile; nothing tells. Where the
    /// program that has the radio open would not notice, its port goes then, as without a hold.
    /// </summary>
    public static readonly TimeSpan StockHold = TimeSpan.FromSeconds(12);

    /// <summary>
    /// A connection that ends sooner than this after the stick was given is not waited for: two machines may be taking the stick from each
    /// other, or it fails each time.
    /// </summary>
    public static readonly TimeSpan ReseatLasts = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A Pi that says for so long that it has no such stick has lost it. An export that starts says it for a moment, too.
    /// </summary>
    public static readonly TimeSpan ReseatGone = TimeSpan.FromSeconds(3);

    /// <summary>A radio that goes away so often within <see cref="UnstableWithin"/> is unstable. An update takes it away twice.</summary>
    public const int UnstableTimes = 3;

    /// <inheritdoc cref="UnstableTimes"/>
    public static readonly TimeSpan UnstableWithin = TimeSpan.FromMinutes(15);

    /// <summary>So many new sessions behind one port within <see cref="ReseatsWithin"/>: the next one waits.</summary>
    public const int ReseatsBeforePause = 3;

    /// <inheritdoc cref="ReseatsBeforePause"/>
    public static readonly TimeSpan ReseatsWithin = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The first wait before another session after that; it doubles up to <see cref="ReseatPauseMost"/>, which is below what Z-Wave JS and
    /// Zigbee2MQTT with a TI stick bear.
    /// </summary>
    public static readonly TimeSpan ReseatPause = TimeSpan.FromSeconds(2);

    /// <inheritdoc cref="ReseatPause"/>
    public static readonly TimeSpan ReseatPauseMost = TimeSpan.FromSeconds(30);

    /// <summary>Between two attempts to have the stick again while its port is held.</summary>
    public static readonly TimeSpan Reseat = TimeSpan.FromSeconds(0.5);

    /// <summary>The same after the stick was told to be there while it was asked for: the answer may be older than that.</summary>
    public static readonly TimeSpan ReseatAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>A radio that is held for longer is worth telling a person: most outages are over by then.</summary>
    public static readonly TimeSpan HeldForLong = TimeSpan.FromSeconds(10);

    /// <summary>So long a bootloader in a radio's place means that the radio is being flashed.</summary>
    public static readonly TimeSpan BeingFlashed = TimeSpan.FromMinutes(10);

    /// <summary>Up for so long, an attachment was a success; what ends sooner counts as another failure.</summary>
    public static readonly TimeSpan Stable = TimeSpan.FromSeconds(10);

    /// <summary>Up for so long, nobody takes the stick away.</summary>
    public static readonly TimeSpan Uncontended = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A stick whose connections all fail for so long, though its Pi gives its list: more than it takes to find that a Pi is away.
    /// </summary>
    public static readonly TimeSpan NeverReached = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A stick that its Pi makes ready, or that was tried in vain, is asked who it is within this. Below <see cref="Attach"/>, which ends
    /// the attempt of who waits for that.
    /// </summary>
    public static readonly TimeSpan TwinShows = TimeSpan.FromSeconds(3);

    /// <summary>A Pi that runs Longwire notices a vanished host within 8 s; so long a stick that we had is busy with us.</summary>
    public static readonly TimeSpan OwnRelease = TimeSpan.FromSeconds(8);

    /// <summary>
    /// After a start nothing is said of a radio of which nothing is known, neither that it is there nor that it is not: an update must
    /// not look like a loss. Long enough for a Pi that is away to be noticed twice (2 s to connect, 2 s for the list) and for a radio
    /// whose links never come (<see cref="SerialLinks"/>), and as long as our own connection of before may be busy there
    /// (<see cref="OwnRelease"/>). Short, for whoever waits.
    /// </summary>
    public static readonly TimeSpan FirstVerdict = TimeSpan.FromSeconds(8);

    /// <summary>
    /// A radio that a person has attached afresh is back within 1 s, or some 10 s if links and a back-off are waited for. Not back by
    /// then, it is lost.
    /// </summary>
    public static readonly TimeSpan Reattach = TimeSpan.FromSeconds(30);

    /// <summary>A person who has it attached afresh again within this wants more to be done than the last time.</summary>
    public static readonly TimeSpan ReattachAgain = TimeSpan.FromMinutes(2);

    /// <summary>
    /// For a Pi to set a stick anew, for which it ends its session and has its kernel ask the stick. Longer than a Pi waits for the first
    /// of these, and short enough to attach it within <see cref="Reattach"/>.
    /// </summary>
    public static readonly TimeSpan StickReset = TimeSpan.FromSeconds(15);

    /// <summary>So long nothing of a Pi on which somebody works is a problem. The button says it.</summary>
    public static readonly TimeSpan PlannedWork = TimeSpan.FromHours(1);

    /// <summary>Of how a Pi is, no more than once within this: it says it every 30 s at most.</summary>
    public static readonly TimeSpan VitalsRest = TimeSpan.FromSeconds(20);

    /// <summary>Power that was low is said to be well once it has been so for this long: each dip would be an alarm of its own.</summary>
    public static readonly TimeSpan PowerSettles = TimeSpan.FromSeconds(60);

    /// <summary>
    /// An expected radio that is not there becomes a problem of the bridge: longer than an update of its Pi's export, or a quick reboot.
    /// </summary>
    public static readonly TimeSpan DownForLong = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The wall clock went by this more or less than the monotonic one between two looks, which are at most a <see cref="Heartbeat"/>
    /// apart while anything is attached: somebody set it. A leap second, and what a clock drifts or is slewed, stay below.
    /// </summary>
    public static readonly TimeSpan ClockSet = TimeSpan.FromSeconds(2);

    /// <summary>Missing from the list for so long a stick is gone, and not on its way back from the reset that ends each import.</summary>
    public static readonly TimeSpan StickGone = TimeSpan.FromSeconds(10);

    /// <summary>A stick that was refused, or that nobody wanted, is imported again after this: it may say something else by now.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(10);

    /// <summary>The same for one that the kernel or a driver here did not agree with, four times as long after each time.</summary>
    public static readonly TimeSpan LookAgainSoon = TimeSpan.FromSeconds(5);

    /// <summary>A problem that comes and goes is shown until it has stayed away this long.</summary>
    public static readonly TimeSpan ProblemSettles = TimeSpan.FromMinutes(1);

    /// <summary>vhci-hcd is missing: looked for again.</summary>
    public static readonly TimeSpan ModuleRetry = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan MemoryRetry = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What a crash need not find at once is written with what is written next, and at the latest after this: SD cards wear out. Longer
    /// than <see cref="BackoffSameCap"/> and <see cref="Attach"/> together, so that an attempt that is made again and again writes nothing.
    /// </summary>
    public static readonly TimeSpan MemoryMayWait = TimeSpan.FromMinutes(2);

    /// <summary>From one writing of where paired Pis are to the next: an address that comes and goes must not wear an SD card.</summary>
    public static readonly TimeSpan AddressesRest = TimeSpan.FromMinutes(1);

    /// <summary>At stop, for detaching everything that is ours.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(5);

    private static TimeSpan ForTexts(CarrierFigures figures) => figures.LeavesTextUnanswered ? UnansweredText : TimeSpan.Zero;

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
