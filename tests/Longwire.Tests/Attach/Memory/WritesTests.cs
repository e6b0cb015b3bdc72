using Longwire.Attach;
using Longwire.Attach.Memory;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Memory;

/// <summary>How often the data folder is written, which on most machines lies on an SD card.</summary>
[Trait("takes", "long")]
public sealed class WritesTests : IAsyncLifetime
{
    /// <summary>What the release 0.1.0 wrote in the hour of this test: three times at each of its 2,211 attempts.</summary>
    private const int Before = 6634;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly DateTime s_seen = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(250);

    private readonly AttachBench _bench = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;
    private int _writes;
    private int _attempts;

    public ValueTask InitializeAsync()
    {
        _writing = _bench.Store.RunAsync(_stop.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task A_stick_whose_attempts_fail_the_same_way_for_an_hour_is_hardly_written_about()
    {
        _bench.Load(Wishes([Pi("attic")]));
        for (TimeSpan past = TimeSpan.Zero; past < s_hour; past += s_step)
        {
            _bench.List("attic", Device());
            await _bench.SettledAsync();
            await CountAsync();
            while (_attempts < _bench.Attachments.Count) await FailAsync(_bench.Attachments[_attempts++]);
            _bench.Time.Advance(s_step);
        }
        string ratio = $"{(double)_writes / Before:0.0000} of those before";
        TestContext.Current.TestOutputHelper?.WriteLine($"{_writes} writes in an hour of {_attempts} attempts, {ratio}");
        Assert.InRange(_writes, 1, Before / 100);
    }

    // As an attempt that comes as far as a port: the port is recorded before it is used, then what the kernel made of it.
    private async Task FailAsync(ScriptedAttachment attachment)
    {
        Assert.IsType<AttachDecision.Attach>(await _bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001")));
        await CountAsync();
        var port = new AttachRecord("boot", 0, Device().DevId, (uint)Device().Speed, null, 0);
        foreach (AttachRecord record in new[] { port, port with { LocalBusId = "3-1", LocalDeviceNumber = 2 + _attempts } })
        {
            var remembered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _bench.Tell(new AttachEvent.Recorded(attachment, record, remembered));
            await remembered.Task.WaitAsync(TestContext.Current.CancellationToken);
            await CountAsync();
        }
        _bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Failed("no driver took it within 5 s")));
        await _bench.SettledAsync();
        await CountAsync();
    }

    // Each write is a new file in place of the old one, and there is at most one of them between two looks.
    private async Task CountAsync()
    {
        await _bench.Store.WhenSettledAsync(TestContext.Current.CancellationToken);
        if (!File.Exists(_bench.MemoryPath) || File.GetLastWriteTimeUtc(_bench.MemoryPath) == s_seen) return;
        _writes++;
        File.SetLastWriteTimeUtc(_bench.MemoryPath, s_seen);
    }
}
