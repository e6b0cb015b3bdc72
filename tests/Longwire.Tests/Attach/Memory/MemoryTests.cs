using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Composition;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Memory;

public sealed class MemoryTests : IDisposable
{
    private const string Radio = """{"id":"a","name":"A","pi_id":"p","usb_id":"0658:0200","port_chain":"1","last_bus_id":"1-1","serial_port_count":1}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-memory-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<AttachService> _log = new();
    private readonly ConcurrentQueue<string?> _reports = new();
    private readonly MemoryFile _file;

    public MemoryTests() => _file = new MemoryFile(_folder);

    private static AttachMemory Some { get; } = new()
    {
        InstanceId = "i",
        Radios =
        [
            AttachBench.Known("r", "ZW0001") with
            {
                SerialIsShared = true,
                VhciPort = 3,
                LastCarrier = new CarrierMemory(40112),
                Disconnects = 2,
                Outages = new OutageMemory(
                    3,
                    TimeSpan.FromSeconds(12.5),
                    new DateTimeOffset(2026, 11, 22, 11, 0, 0, TimeSpan.Zero),
                    TimeSpan.FromMilliseconds(40)),
                Attached = new AttachRecord("boot", 3, 65539, 2, "3-4", 7),
            },
        ],
        HubAuthorization = new HubAuthorizationMemory("boot", ImmutableSortedDictionary<string, int>.Empty.Add("usb3", 1)),
    };

    [Fact]
    public void What_was_saved_is_loaded()
    {
        _file.Save(Some);
        AttachMemory loaded = _file.Load(out string? problem)!;
        Assert.Null(problem);
        Assert.Equal(Some.Radios, loaded.Radios);
        Assert.Equal(("i", "boot", 1), (loaded.InstanceId, loaded.HubAuthorization!.BootId, loaded.HubAuthorization.Found["usb3"]));
    }

    [Fact]
    public void The_last_carrier_is_the_number_that_the_file_has_always_called_source_port()
    {
        _file.Save(Some);
        JsonElement radio = JsonDocument.Parse(File.ReadAllText(_file.Path)).RootElement.GetProperty("radios")[0];
        Assert.Equal(40112, radio.GetProperty("source_port").GetInt32());
        _file.Save(Some with { Radios = [AttachBench.Known("r", "ZW0001")] });
        Assert.Contains("\"source_port\": 0", File.ReadAllText(_file.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Before_the_first_save_there_is_no_memory_and_no_problem()
    {
        Assert.Null(_file.Load(out string? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void A_power_cut_in_the_middle_of_a_write_leaves_the_old_memory()
    {
        _file.Save(Some);
        File.WriteAllText(_file.Path + ".new", "{ \"format\": 1, \"inst");
        Assert.Equal(Some.Radios, _file.Load(out _)!.Radios);
        _file.Save(Some with { Radios = [] });
        Assert.Empty(_file.Load(out _)!.Radios);
        Assert.Equal([_file.Path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"format":2,"instance_id":"i","radios":[]}""")]
    [InlineData("""{"format":1,"instance_id":null,"radios":[]}""")]
    [InlineData("""{"format":1,"instance_id":"i","radios":null}""")]
    [InlineData("""{"format":1,"instance_id":"i","radios":[null]}""")]
    [InlineData("""{"format":1,"instance_id":"i","radios":[{}]}""")]
    [InlineData($$"""{"format":1,"instance_id":"i","radios":[{{Radio}},{{Radio}}]}""")]
    [InlineData("""{"format":1,"instance_id":"i","radios":[{"id":"a","name":"A","pi_id":"p","usb_id":"stick","port_chain":"1","last_bus_id":"1-1","serial_port_count":1}]}""")]
    public void A_memory_that_cannot_be_understood_is_named_and_kept_aside(string content)
    {
        File.WriteAllText(_file.Path, content);
        Assert.Null(_file.Load(out string? problem));
        Assert.Contains(_file.Path, problem, StringComparison.Ordinal);
        Assert.Contains("radios are taken for new. The old file is kept as", problem, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(_file.Path + ".unreadable"));
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("40112", true)]
    [InlineData("null", false)]
    [InlineData("\"40112\"", false)]
    [InlineData("1.5", false)]
    [InlineData("3000000000", false)]
    [InlineData("{}", false)]
    public void A_last_carrier_that_is_no_whole_number_cannot_be_understood(string value, bool understood)
    {
        string radio = Radio[..^1] + $",\"source_port\":{value}" + "}";
        File.WriteAllText(_file.Path, """{"format":1,"instance_id":"i","radios":[""" + radio + "]}");
        Assert.Equal(understood, _file.Load(out string? problem) is not null);
        if (!understood) Assert.Contains("cannot be understood", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_memory_that_cannot_be_read_is_not_copied_anywhere()
    {
        Directory.CreateDirectory(_file.Path);
        Assert.Null(_file.Load(out string? problem));
        Assert.Contains("cannot be read", problem, StringComparison.Ordinal);
        Assert.False(File.Exists(_file.Path + ".unreadable"));
    }

    [Fact]
    public async Task What_is_put_is_on_disk_when_it_has_settled()
    {
        MemoryStore store = Store(_file);
        await store.WhenSettledAsync(Cancellation);
        using var stop = new CancellationTokenSource();
        Task running = store.RunAsync(stop.Token);
        store.Put(Some);
        await SettledAsync(store);
        Assert.Equal(Some.Radios, _file.Load(out _)!.Radios);
        store.Put(Some with { Radios = [] });
        await SettledAsync(store);
        Assert.Empty(_file.Load(out _)!.Radios);
        await stop.CancelAsync();
        await running;
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task What_is_put_before_the_end_is_still_written()
    {
        MemoryStore store = Store(_file);
        store.Put(Some);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await store.RunAsync(stop.Token);
        Assert.Equal(Some.Radios, _file.Load(out _)!.Radios);
        await SettledAsync(store);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_reported_once_and_nobody_waits_for_it()
    {
        // A file where the folder should be: not even root can write there.
        string notAFolder = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(notAFolder, "", Cancellation);
        var file = new MemoryFile(notAFolder);
        MemoryStore store = Store(file);
        using var stop = new CancellationTokenSource();
        Task running = store.RunAsync(stop.Token);
        for (int i = 0; i < 3; i++)
        {
            store.Put(Some with { InstanceId = $"{i}" });
            await SettledAsync(store);
        }
        Assert.Contains("free some space", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.Single(_log.Lines);

        File.Delete(notAFolder);
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(AttachTimers.MemoryRetry);
                return _reports.Count == 2;
            },
            () => "the memory to be written after the folder was put right");
        Assert.Null(_reports.Last());
        Assert.Equal("2", file.Load(out _)!.InstanceId);
        await stop.CancelAsync();
        await running;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MemoryStore Store(MemoryFile file) => new(file, _time, _log, _reports.Enqueue);

    private static Task SettledAsync(MemoryStore store) =>
        store.WhenSettledAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
}
