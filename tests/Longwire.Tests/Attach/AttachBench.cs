using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Reconciling;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.State;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Longwire.Tests.Attach;

/// <summary>A reconciler with scripted attachments and Pis around it, on a clock that only the test moves.</summary>
internal sealed class AttachBench : IAsyncDisposable, IAttachTasks
{
    /// <summary>How what <see cref="SettledAsync"/> says begins.</summary>
    public const string SettledMark = "settled";

    public static readonly UsbId Zwave = UsbId.Parse("0658:0200");
    private static readonly byte[] s_oneConfiguration = [.. new byte[17], 1];
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);

    private readonly Channel<AttachEvent> _events = Channel.CreateBounded<AttachEvent>(1000);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-attach-").FullName;
    private readonly LastGoodEntries _options = new();
    private readonly TransitionLog _log;
    private readonly Reconciler _reconciler;

    public AttachBench(params RadioMemory[] known)
        : this([], known)
    {
    }

    /// <param name="work">What is remembered of it.</param>
    /// <param name="known">The radios that are.</param>
    public AttachBench(ImmutableArray<PlannedWorkMemory> work, params RadioMemory[] known)
    {
        EventReader = Feed.SubscribeToEvents();
        _log = new TransitionLog(Log, Time);
        var memory = new AttachMemory { InstanceId = "test", Radios = [.. known], PlannedWork = work };
        Store = new MemoryStore(new MemoryFile(_folder), Time, NullLogger.Instance, _ => { });
        var state = new AttachState(new ReconcilerOutputs(this, Store, Feed), memory, KnownRadios.Default, Time, new Random(1), _log);
        _reconciler = new Reconciler(_events.Reader, state, _ => { });
        _running = Task.Run(() => _reconciler.RunAsync(_stop.Token));
    }

    public SettableClock Time { get; } = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    public StateFeed Feed { get; } = new();
    public RecordingLogger<Reconciler> Log { get; } = new();

    /// <summary>An attachment that is cancelled ends only when the test says so.</summary>
    public bool EndsByHand { get; set; }
    public ChannelReader<RadioEvent> EventReader { get; }
    public AttachMemory Memory => _reconciler.Memory;

    /// <summary>Writes nothing unless the test runs it.</summary>
    public MemoryStore Store { get; }
    public string MemoryPath => new MemoryFile(_folder).Path;

    // Written by the reconciler's task, read by the test's.
    public List<ScriptedAttachment> Attachments { get; } = [];
    public Dictionary<string, ScriptedWatch> Watches { get; } = [];

    public static PiOptions Pi(string id, string address = "192.0.2.1") =>
        new() { Id = id, Name = id, Address = address, EndPoint = new DnsEndPoint(address, 3240) };

    public static RadioRule Rule(string match, string? pi = null, string? name = null, int index = 0) =>
        new()
        {
            Match = RadioMatch.TryParse(match, out RadioMatch? parsed) ? parsed : throw new FormatException(match),
            Pi = pi,
            Name = name,
            Path = $"radios[{index}]",
        };

    public static AttachOptions Wishes(IEnumerable<PiOptions> pis, params RadioRule[] rules) =>
        new() { Pis = [.. pis], Radios = [.. rules], TakeRecognised = rules.Length == 0 };

    public static ExportedDevice Device(string busId = "1-1.2", uint devNum = 3, string id = "0658:0200") => new()
    {
        Path = $"/sys/devices/platform/soc/usb1/1-1/{busId}",
        BusId = BusId.Parse(busId),
        BusNumber = 1,
        DeviceNumber = devNum,
        Speed = UsbSpeed.Full,
        Id = UsbId.Parse(id),
        BcdDevice = 0,
        DeviceClass = 2,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 1,
        ConfigurationCount = 1,
        InterfaceCount = 2,
    };

    public static DeviceIdentity IdentityOf(string? serial = null, string id = "0658:0200", params byte[] classes) => new()
    {
        Id = UsbId.Parse(id),
        BcdDevice = 0,
        Serial = serial,
        Interfaces = classes.Length == 0
            ? [new(2, 2, 1), new(10, 0, 0)]
            : [.. classes.Select(c => c == 2 ? new UsbInterfaceClass(2, 2, 1) : new UsbInterfaceClass(c, 0, 0))],
        Descriptors = s_oneConfiguration,
    };

    public static RadioMemory Known(string id, string? serial = null, string port = "1.2", string pi = "attic", bool wanted = true) => new()
    {
        Id = id,
        Name = id,
        PiId = pi,
        UsbId = "0658:0200",
        Serial = serial,
        Controller = "platform/soc",
        PortChain = port,
        LastBusId = $"1-{port}",
        SerialPortCount = 1,
        Wanted = wanted,
    };

    /// <summary>How many have ended by <see cref="End"/>.</summary>
    public int EndedByTest { get; private set; }

    public void End(ScriptedAttachment attachment, AttachOutcome outcome)
    {
        EndedByTest++;
        Tell(new AttachEvent.Ended(attachment, outcome));
    }

    public void Tell(AttachEvent news) => Assert.True(_events.Writer.TryWrite(news));

    public void Load(AttachOptions options) => Load(new LoadedOptions<AttachOptions>(options, []));

    public void Load(LoadedOptions<AttachOptions> read) => Tell(new AttachEvent.OptionsLoaded(_options.Take(read)));

    public void List(string pi, params ExportedDevice[] devices) =>
        Tell(new AttachEvent
            .PiAnswered(pi, new DeviceList([.. devices], null, IsEnd: true), TimeSpan.FromMilliseconds(1), Time.GetTimestamp()));

    /// <summary>The list came, and what may follow it did not in time, or the connection was cut before.</summary>
    public void ListCutShort(string pi, params ExportedDevice[] devices) =>
        Tell(new AttachEvent.PiAnswered(pi, new DeviceList([.. devices], null), TimeSpan.FromMilliseconds(1), Time.GetTimestamp()));

    public void ListOfLongwire(string pi, ImmutableArray<NoticeEntry> notice, params ExportedDevice[] devices) =>
        Tell(new AttachEvent.PiAnswered(
            pi, new DeviceList([.. devices], new LongwireListExtension { Version = "0.1.0", Entries = notice }),
            TimeSpan.FromMilliseconds(1),
            Time.GetTimestamp()));

    public async Task<Snapshot> UntilAsync(Func<Snapshot, bool> condition)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        Snapshot snapshot = Feed.Current;
        while (!condition(snapshot))
        {
            try
            {
                snapshot = await Feed.WaitForChangeAsync(snapshot, deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"never came: {string.Join("; ", snapshot.Radios.Select(r => $"{r.Id} {r.Status} {r.Reason}"))} problems: "
                    + $"{string.Join("; ", snapshot.Bridge.Problems)}");
            }
        }
        return snapshot;
    }

    public Task<Snapshot> UntilStatusAsync(string radio, RadioStatus status) =>
        UntilAsync(snapshot => snapshot.Radios.Any(r => r.Id == radio && r.Status == status));

    /// <summary>The next attachment that is started, in order.</summary>
    public async Task<ScriptedAttachment> NextAttachmentAsync(int index = 0)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (true)
        {
            lock (Attachments)
            {
                if (Attachments.Count > index) return Attachments[index];
            }
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Everything told so far has been seen and settled: the question travels the same channel.</summary>
    public async Task SettledAsync()
    {
        // Each time another source: one that comes and goes is not taken off at once.
        string mark = $"{SettledMark} {Guid.NewGuid()}";
        Tell(new AttachEvent.ProblemsChanged(mark, mark));
        await UntilAsync(snapshot => snapshot.Bridge.Problems.Contains(mark));
        Tell(new AttachEvent.ProblemsChanged(mark, null));
        await UntilAsync(snapshot => !snapshot.Bridge.Problems.Contains(mark));
    }

    /// <summary>Brings one stick up on a fresh bench.</summary>
    public async Task<ScriptedAttachment> AttachAsync(ExportedDevice device, DeviceIdentity identity, int index = 0, string pi = "attic")
    {
        List(pi, device);
        ScriptedAttachment attachment = await NextAttachmentAsync(index);
        Assert.IsType<AttachDecision.Attach>(await IdentifyAsync(attachment, device, identity));
        Tell(new AttachEvent.CameUp(attachment, 1));
        await SettledAsync();
        return attachment;
    }

    public async Task<AttachDecision> IdentifyAsync(ScriptedAttachment attachment, ExportedDevice device, DeviceIdentity identity) =>
        await Identify(attachment, device, identity).WaitAsync(s_deadline);

    public Task<AttachDecision> Identify(ScriptedAttachment attachment, ExportedDevice device, DeviceIdentity identity)
    {
        var answer = new TaskCompletionSource<AttachDecision>(TaskCreationOptions.RunContinuationsAsynchronously);
        Tell(new AttachEvent.Identified(attachment, device, identity, new CarrierMemory(40000), answer));
        return answer.Task;
    }

    public IReadOnlyList<RadioEvent> TakeEvents()
    {
        var events = new List<RadioEvent>();
        while (EventReader.TryRead(out RadioEvent? radioEvent)) events.Add(radioEvent);
        return events;
    }

    IAttachment IAttachTasks.Start(AttachRequest request)
    {
        var attachment = new ScriptedAttachment(request, news =>
        {
            if (!EndsByHand) Tell(news);
        });
        lock (Attachments) Attachments.Add(attachment);
        return attachment;
    }

    IPiWatch IAttachTasks.Start(PiOptions pi) => Watches[pi.Id] = new ScriptedWatch();

    /// <summary>Longwire is told to stop.</summary>
    public Task BeginStopAsync() => _stop.CancelAsync();

    /// <summary>Longwire is told to stop, and has.</summary>
    public async Task StopAsync()
    {
        await BeginStopAsync();
        await _running.WaitAsync(s_deadline);
    }

    public async ValueTask DisposeAsync()
    {
        EndsByHand = false;
        await StopAsync();
        _stop.Dispose();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal sealed class ScriptedAttachment(AttachRequest request, Action<AttachEvent> tell) : IAttachment
    {
        public AttachRequest Request { get; } = request;
        public string PiId => Request.Pi.Id;
        public BusId BusId => Request.BusId;
        public bool Cancelled { get; private set; }

        /// <summary>Its Pi answers on the radio's own connection.</summary>
        public bool IsAlive { get; set; }

        public bool IsHeardSince(long moment) => IsAlive;

        /// <summary>It waits for a Pi that goes away.</summary>
        public bool Holds { get; set; }

        public bool FarIsGone() => Holds;

        /// <summary>Where it was told to ask for its stick; null: nowhere else.</summary>
        public BusId? ToldWhere { get; private set; }

        public void StickIsAt(BusId busId) => ToldWhere = busId;

        public void KernelChanged(Uevent uevent)
        {
        }

        public void Cancel()
        {
            Cancelled = true;
            tell(new AttachEvent.Ended(this, new AttachOutcome.Cancelled()));
        }
    }

    internal sealed class ScriptedWatch : IPiWatch
    {
        public TimeSpan? Interval { get; private set; }
        public bool Stopped { get; private set; }

        /// <summary>Once for each time that everything was looked at.</summary>
        public int TimesTold { get; private set; }

        public void AskEvery(TimeSpan? interval)
        {
            Interval = interval;
            TimesTold++;
        }

        public void AskNow()
        {
        }

        /// <summary>What it was asked to have set anew, in order.</summary>
        public List<(BusId Stick, ResetStep Step)> Resets { get; } = [];

        /// <summary>What it answers.</summary>
        public ResetAsking CanReset { get; set; } = ResetAsking.NotPaired;

        public ResetAsking Reset(BusId stick, ResetStep step)
        {
            Resets.Add((stick, step));
            return CanReset;
        }

        public void Stop() => Stopped = true;
    }
}
