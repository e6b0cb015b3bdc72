using System.Collections.Immutable;
using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Reconciling;

/// <summary>All that the reconciler owns, and the few changes to it that must always be made together.</summary>
internal sealed class AttachState
{
    private readonly long _start;
    private readonly BridgeProblems _problems;
    private readonly List<RadioEvent> _events = [];
    private AttachMemory? _remembered;
    private TimeSpan? _rememberBy;

    public AttachState(
        ReconcilerOutputs ports, AttachMemory memory, KnownRadios catalogue, TimeProvider time, Random random, ILogger logger)
    {
        Ports = ports;
        Memory = memory;
        Catalogue = catalogue;
        Time = time;
        Random = random;
        Logger = logger;
        _start = time.GetTimestamp();
        Clock = new WallClock(time);
        Work = new PlannedWork(memory.PlannedWork, Clock.Now);
        _problems = new BridgeProblems(() => Now, logger);
        foreach (RadioMemory radio in memory.Radios) Radios.Add(radio.Id, new RadioState(radio) { Undecided = true });
    }

    public ReconcilerOutputs Ports { get; }
    public TimeProvider Time { get; }
    public Random Random { get; }
    public ILogger Logger { get; }
    public KnownRadios Catalogue { get; }

    /// <summary>Null until options were read: before that nothing is wanted and nothing is unwanted.</summary>
    public AttachOptions? OptionsInForce { get; set; }
    public AttachOptions Options => OptionsInForce ?? AttachOptions.Default;
    public bool HasOptions => OptionsInForce is not null;
    public AttachMemory Memory { get; private set; }
    public Dictionary<string, PiState> Pis { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, RadioState> Radios { get; } = new(StringComparer.Ordinal);
    public Assignments Assignments { get; } = [];

    /// <summary>Identified, and waiting for a stick of the same kind to say who it is, too.</summary>
    public List<AttachEvent.Identified> Parked { get; } = [];
    public bool Stopping { get; private set; }

    /// <summary>
    /// Monotonic, since the start: clocks that jump move nothing. As of the latest <see cref="LookAtClock"/>: what is decided together is
    /// decided about one moment, and nothing falls due between two looks at it.
    /// </summary>
    public TimeSpan Now { get; private set; }

    /// <summary>When a Pi of which nothing was known was heard last, in the time of <see cref="Now"/>.</summary>
    public TimeSpan AllHeardAt { get; set; }

    /// <summary>How long it is until a moment in the time of <see cref="Now"/>, by the clock as it is.</summary>
    public TimeSpan Until(TimeSpan at) => at - Time.GetElapsedTime(_start);

    /// <summary>For people only.</summary>
    public WallClock Clock { get; }

    /// <summary>On which Pis somebody works.</summary>
    public PlannedWork Work { get; }

    public IReadOnlyCollection<string> Problems => _problems.ShownBut(Work.IsUnderWay);

    public RadioState? RadioOf(Assignment assignment) => assignment.RadioId is { } id ? Radios.GetValueOrDefault(id) : null;

    public Stick? StickOf(Assignment assignment) =>
        Pis.GetValueOrDefault(assignment.PiId)?.Sticks.GetValueOrDefault(assignment.BusId) is { } stick && stick.Assignment == assignment
            ? stick
            : null;

    /// <summary>The stick on this radio's Pi that is this radio: by identity, else by kind and port.</summary>
    public Stick? StickOf(RadioState radio)
    {
        if (!Pis.TryGetValue(radio.Memory.PiId, out PiState? pi)) return null;
        return pi.Sticks.Values.FirstOrDefault(stick => stick.RadioId == radio.Id)
            ?? pi.Sticks.Values.FirstOrDefault(stick => stick.RadioId is null && Seems(stick) == radio.Id)
            ?? pi.Sticks.Values.FirstOrDefault(stick => stick.InPlaceOf == radio.Id);
    }

    /// <summary>The radios of a Pi that are wanted and not attached.</summary>
    public List<RadioState> MissingOn(string piId, StickSelection selection) =>
        [.. Radios.Values.Where(
            radio => radio.Memory.PiId == piId && radio is { Memory.Wanted: true, IsUp: false } && selection.Covers(radio.Memory))];

    /// <summary>It is not there any more.</summary>
    public void Remove(PiState pi, Stick stick)
    {
        pi.Sticks.Remove(stick.BusId);
        StickIsMissing(stick.PiId, stick.BusId);
    }

    /// <summary>The known radio a stick is, or seems to be if it was not identified yet; see <see cref="RadioIds.Seems"/>.</summary>
    public string? Seems(Stick stick)
    {
        if (stick.Identity is not null) return stick.RadioId;
        bool onlyOne = Pis.TryGetValue(stick.PiId, out PiState? pi) && pi.Sticks.Values.Count(other => other.Id == stick.Id) == 1;
        return RadioIds.Seems(
            stick.PiId, stick.Id, stick.Port, Memory.Radios, onlyOne, radio => Radios[radio.Id].IsUp || stick.IsNot.Contains(radio.Id))?.Id;
    }

    public void Change(RadioState radio, RadioMemory memory)
    {
        radio.Memory = memory;
        Memory = Memory.With(memory);
    }

    public void Change(ImmutableArray<PlannedWorkMemory> work) => Memory = Memory with { PlannedWork = work };

    public void Change(HubAuthorizationMemory found) => Memory = Memory with { HubAuthorization = found };

    public RadioState Add(RadioMemory memory)
    {
        Memory = Memory.With(memory);
        // Whoever is met right after a start may be known to Home Assistant all the same: a memory that was lost. Later it is a new radio.
        var radio = new RadioState(memory) { MissingSince = Now, Undecided = Now < AttachTimers.FirstVerdict };
        Radios.Add(memory.Id, radio);
        return radio;
    }

    /// <summary>It is a radio no more.</summary>
    public void Remove(RadioState radio)
    {
        Memory = Memory.Without(radio.Id);
        Radios.Remove(radio.Id);
        foreach (PiState pi in Pis.Values)
        {
            pi.Rejected.Forget(radio.Id);
            foreach (Stick stick in pi.Sticks.Values.Where(stick => stick.RadioId == radio.Id)) stick.RadioId = null;
        }
    }

    /// <summary>
    /// It is <see cref="Now"/> from here on. Somebody may have set the wall clock: what was dated by it moves along. Called before each
    /// event, and before anything is dated anew.
    /// </summary>
    public void LookAtClock()
    {
        Now = Time.GetElapsedTime(_start);
        TimeSpan set = Clock.Look();
        if (set == TimeSpan.Zero) return;
        foreach (Assignment assignment in Assignments.Where(assignment => assignment.IsUp)) assignment.Since += set;
        Outages.ClockWasSet(this, set);
        PiVitalsChanges.ClockWasSet(this, set);
        PlannedWork.ClockWasSet(this);
    }

    /// <summary>Hands the memory to the writer; costs nothing if it did not change.</summary>
    /// <param name="all">What may wait as well.</param>
    /// <returns>When to call again without any event, in time since the start; null: all is put.</returns>
    public TimeSpan? Remember(bool all = false)
    {
        MemoryChange change = _remembered is null ? MemoryChange.Urgent : Memory.Since(_remembered);
        if (change == MemoryChange.None) return _rememberBy = null;
        if (change == MemoryChange.MayWait && !all)
        {
            _rememberBy ??= Now + AttachTimers.MemoryMayWait;
            if (Now < _rememberBy) return _rememberBy;
        }
        (_remembered, _rememberBy) = (Memory, null);
        Ports.Memory.Put(Memory);
        return null;
    }

    public void Raise(RadioState radio, RadioEventType type, string? reason = null)
    {
        _events.Add(new RadioEvent(radio.Id, type, reason) { At = Clock.Now });
        // Of what else happens, the status tells in the same breath.
        if (type == RadioEventType.Lost)
        {
            AttachLog.Lost(Logger.About(radio.Memory.PiId, radio.Id), radio.Memory.Name, radio.Id, reason ?? "");
        }
    }

    public IReadOnlyList<RadioEvent> TakeEvents()
    {
        RadioEvent[] taken = [.. _events];
        _events.Clear();
        return taken;
    }

    /// <summary>Something is wrong; null: it no longer is. When that is logged and shown, see <see cref="BridgeProblems"/>.</summary>
    public void SetProblem(string source, string? problem) => _problems.Set(source, problem, place: "others");

    /// <summary>Sets the problems of one kind, each with what it is about, and takes back those that are no longer among them.</summary>
    /// <inheritdoc cref="BridgeProblems.Set" path="/param[@name='byPerson']"/>
    public void SetProblems(string kind, IEnumerable<SetupProblem> problems, bool byPerson = false)
    {
        string prefix = kind + ": ";
        var current = new HashSet<string>(StringComparer.Ordinal);
        foreach (SetupProblem problem in problems)
        {
            current.Add(prefix + problem.Subject);
            _problems.Set(prefix + problem.Subject, problem.Text, kind, byPerson, problem.Pis);
        }
        foreach (string source in _problems.SourcesOf(prefix))
        {
            if (!current.Contains(source)) _problems.Set(source, null, kind, byPerson);
        }
    }

    /// <summary>
    /// What is wrong with a stick that belongs to no known radio yet: stands until that is attached, wanted no more, or gone for good.
    /// </summary>
    public void SetStickProblem(string piId, BusId busId, string? problem) =>
        _problems.Set(StickAt(piId, busId), problem, piId, pis: [piId]);

    /// <summary>A stick is not in its Pi's list, which after a try in vain it is not for a moment.</summary>
    public void StickIsMissing(string piId, BusId busId) => _problems.Missing(StickAt(piId, busId));

    public void StickIsThere(string piId, BusId busId) => _problems.IsThere(StickAt(piId, busId));

    /// <inheritdoc cref="BridgeProblems.Settle"/>
    public TimeSpan? SettleProblems() => _problems.Settle();

    private static string StickAt(string piId, BusId busId) => $"stick {piId}/{busId}";

    /// <inheritdoc cref="Assignments.Start" path="/param"/>
    public void Start(PiState pi, BusId busId, Stick? stick, RadioState? radio, bool takeOver = false)
    {
        Assignment assignment = Assignments.Start(pi.Options.Id, busId, stick, radio);
        assignment.TakesOver = takeOver;
        StickIsThere(assignment.PiId, busId);
        assignment.Attachment = Ports.Tasks.Start(
            new AttachRequest(pi.Options, busId, radio?.Memory.LastCarrier ?? default, IsKnown: radio is not null)
            {
                Hold = Options.Hold,
                Stale = Options.Stale,
                Replug = Options.Replug,
                TakeOver = takeOver,
                IsContended = pi.Tries.At(busId)?.IsContended == true,
            });
    }

    /// <summary>Ends an attempt on our own decision.</summary>
    public void Cancel(Assignment assignment)
    {
        if (assignment.Cancelled) return;
        (assignment.Cancelled, assignment.Phase) = (true, AssignmentPhase.Ending);
        if (RadioOf(assignment) is { } radio) Outages.End(this, radio, assignment);
        foreach (AttachEvent.Identified waiting in Parked.Where(waiting => waiting.Attachment == assignment.Attachment).ToArray())
        {
            Parked.Remove(waiting);
            waiting.Answer.TrySetResult(new AttachDecision.LetGo());
        }
        assignment.Attachment?.Cancel();
    }

    public void BeginStop()
    {
        Stopping = true;
        foreach (PiState pi in Pis.Values) pi.Watch.Stop();
        foreach (Assignment assignment in Assignments.ToArray()) Cancel(assignment);
    }

    /// <summary>
    /// What is present, and what is only missing because it is being reset after our look: else of two that look alike the one that is back
    /// first would be the only one for a moment.
    /// </summary>
    public ImmutableArray<Candidate> Candidates() =>
    [
        .. from pi in Pis.Values from stick in pi.Sticks.Values where stick.Listed || stick.Assignment
            is { Cancelled: false } select CandidateOf(stick),
        .. from pi in Pis.Values
           from place in pi.Rejected.LetGoJustNow(Now)
           where !pi.Sticks.ContainsKey(place.BusId)
           select new Candidate(
               pi.Options.Id, place.BusId, place.Stick.Port, place.Stick.Id, place.Stick.Identity, place.Stick.RadioId,
               ImmutableHashSet<string>.Empty),
    ];

    public Candidate CandidateOf(Stick stick) =>
        new(stick.PiId, stick.BusId, stick.Port, stick.Id, stick.Identity, stick.RadioId ?? Seems(stick), stick.IsNot);

    public StickSelection Selection() => new(Options, Catalogue, Memory.Radios);
}
