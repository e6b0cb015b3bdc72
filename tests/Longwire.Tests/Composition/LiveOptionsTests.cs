using System.Runtime.CompilerServices;
using Longwire.Composition;
using Longwire.Options;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.Tests.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Composition;

/// <summary>The options of the attach side over lives of the role in one process.</summary>
public sealed class LiveOptionsTests
{
    private const string Good = "pis: [{name: attic, address: 192.0.2.1}, {name: cellar, address: 192.0.2.2}]\n"
        + "radios: [{match: 0658:0200, pi: attic}, 10c4:8a2a]\n";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("pis: [{name: attic, address: 192.168.0.}, {name: cellar, address: 192.0.2.2}]\nradios: [{match: 0658:0200, pi: attic}]\n")]
    [InlineData("pies: [{name: attic, address: 192.0.2.1}]\nradios: [10c4:8a2a]\n")]
    [InlineData("pis: [{name: attic, address: 192.0.2.1}]\nradios: [{match: 0658:020}]\n")]
    [InlineData("pis: [{name: attic, address: 192.0.2.1}]\nradois: [{match: 0658:0200}]\n")]
    public async Task What_stays_in_force_although_it_cannot_be_read_outlives_each_fault_after_which_the_role_starts_anew(string slip)
    {
        LoadedOptions<AttachOptions> good = Read.Yaml(Good), bad = Read.Yaml(slip);
        AttachOptions kept = LastGoodEntries.Keep(bad.Options, good.Options);
        Assert.NotEqual(bad.Options, kept);
        var live = new LiveOptions(new EditedFile(good, bad), good.Options);
        List<List<LoadedOptions<AttachOptions>>> lives = [];
        var log = new RecordingLogger<Restarts>();
        log.Expect("has failed");
        using var stream = new MemoryStream();
        using var stderr = new StderrLog(stream, LogStyle.Plain, LogLevel.Information, TimeProvider.System);
        await new Restarts(new FakeTimeProvider(), log).RunAsync(
            stderr,
            services =>
            {
                List<LoadedOptions<AttachOptions>> heard = [];
                lives.Add(heard);
                services.AddHostedService(_ => new Role(live, heard));
            },
            CancellationToken.None).WaitAsync(s_patience, TestContext.Current.CancellationToken);

        Assert.Equal(1 + Restarts.FaultsBorne, lives.Count);
        Assert.Equal([good.Options, kept], lives[0].Select(loaded => loaded.Options));
        Assert.All(lives.Skip(1), heard => Assert.Equal(lives[0][1], Assert.Single(heard)));
        Assert.Contains("stays in force", lives[0][1].Problems[^1].ToString(), StringComparison.Ordinal);
        Assert.Equal(kept, live.Current);
    }

    /// <summary>Told of one change, then as it is now: a file that is watched anew begins with what stands in it.</summary>
    private sealed class EditedFile(LoadedOptions<AttachOptions> first, LoadedOptions<AttachOptions> then) : IOptionsFeed<AttachOptions>
    {
        private bool _changed;

        public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (!_changed) yield return first;
            _changed = true;
            yield return then;
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }

    /// <summary>Reads the options until they cannot be read whole, and fails.</summary>
    private sealed class Role(LiveOptions options, List<LoadedOptions<AttachOptions>> heard) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await foreach (LoadedOptions<AttachOptions> loaded in options.TellingFirst(_ => { }).WatchAsync(stoppingToken))
            {
                heard.Add(loaded);
                if (!loaded.Problems.IsEmpty) throw new InvalidOperationException("a fault");
            }
        }
    }
}
