using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Longwire.Attach.Ports;
using Longwire.Composition;
using Longwire.Options;
using Longwire.State;
using Longwire.Testing.Kernel;
using Longwire.Testing.Peers;
using Longwire.Testing.Peers.Manners;
using Longwire.Tests.Attach;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Composition;

/// <summary>
/// The whole attach side, on the real clock, at servers that are not the kernel's usbipd: each import resets the stick there, so whatever
/// the server says, there must be few.
/// </summary>
[Trait("takes", "long")]
public sealed class OtherServersTests
{
    private const int FewImports = 10;
    private const int FewLines = 8;
    private static readonly TimeSpan s_during = TimeSpan.FromSeconds(5);

    private static readonly UsbId s_bridge = UsbId.Parse("10c4:ea60");

    private static readonly Dictionary<string, Func<Manner[]>> s_servers = new(StringComparer.Ordinal)
    {
        ["lists it under another id"] = () => [new ListsAnotherId(s_bridge)],
        ["lists it under another id, whether it is held or not"] = () => [new ListsAnotherId(s_bridge), new ListsEverything()],
        ["lists it under another id, and numbers it anew"] = () => [new ListsAnotherId(s_bridge), new NumbersAnew()],
        ["numbers it anew"] = () => [new NumbersAnew()],
        ["numbers it anew, and lists it whether it is held or not"] = () => [new NumbersAnew(), new ListsEverything()],
        ["closes after the import"] = () => [new ClosesAfterImport()],
        ["gives it to whoever asks last"] = () => [new ListsEverything(), new TakesOver()],
        ["serves one at a time"] = () => [new OneAtATime()],
        ["refuses its texts"] = () => [new RefusesTexts(-71)],
    };

    [Theory]
    [InlineData("whatever is recognised")]
    [InlineData("0658:0200")]
    [InlineData("10c4:ea60:SOME")]
    public async Task However_a_server_differs_its_stick_is_imported_a_handful_of_times_and_told_of_in_a_handful_of_lines(string wanted)
    {
        string[] faults = await Task.WhenAll(s_servers.Keys.Select(server => FaultOfAsync(server, wanted)));
        Assert.DoesNotContain(faults, fault => fault.Length > 0);
    }

    private static async Task<string> FaultOfAsync(string server, string wanted)
    {
        using var sysfs = new FakeSysfs();
        var vhci = new FakeVhci(sysfs);
        await using UsbipServer pi = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), s_servers[server]());
        var log = new RecordingLogger<AttachService>();
        using AttachService service = Service(sysfs, vhci, pi, wanted, log);
        await service.StartAsync(TestContext.Current.CancellationToken);
        await Task.Delay(s_during, TestContext.Current.CancellationToken);
        await service.StopAsync(TestContext.Current.CancellationToken);
        int lines = log.Entries.Count(entry => entry.Level > LogLevel.Debug);
        if (pi.ImportRequests <= FewImports && lines <= FewLines) return "";
        string said = string.Join('\n', log.Entries.Select(entry => $"{entry.Level}: {entry.Line}"));
        return $"It {server}: {pi.ImportRequests} imports, {lines} lines\n{said}";
    }

    private static AttachService Service(FakeSysfs sysfs, FakeVhci vhci, UsbipServer pi, string wanted, ILogger<AttachService> log)
    {
        Channel<Uevent> uevents = Channel.CreateBounded<Uevent>(10);
        var kernel = new AttachKernel(sysfs.Root, vhci.Host)
        {
            LoadModulesAsync = (_, _) => Task.FromResult(ImmutableArray<KernelModuleOutcome>.Empty),
            ReadUeventsAsync = uevents.Reader.ReadAllAsync,
        };
        PiOptions[] pis = [AttachBench.Pi("attic") with { EndPoint = pi.EndPoint }];
        AttachOptions options = RadioMatch.TryParse(wanted, out _)
            ? AttachBench.Wishes(pis, AttachBench.Rule(wanted))
            : AttachBench.Wishes(pis);
        return new AttachService(new Feed(options), kernel, sysfs.Folder, new StateFeed(), TimeProvider.System, new Random(1), log);
    }

    private sealed class Feed(AttachOptions options) : IOptionsFeed<AttachOptions>
    {
        public async IAsyncEnumerable<LoadedOptions<AttachOptions>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return new LoadedOptions<AttachOptions>(options, []);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
