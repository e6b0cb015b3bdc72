using System.Collections.Immutable;
using Longwire.Doctor;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Options;
using Longwire.Testing;
using Longwire.Testing.Kernel;
using Longwire.Tests.Attach;
using Xunit;

namespace Longwire.Tests.Doctor;

public sealed class DoctorRunTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_check_that_hangs_in_the_kernel_is_left_behind_and_the_others_are_told()
    {
        using var release = new ManualResetEventSlim();
        _bench.Context = _bench.Context with { Within = TimeSpan.FromMilliseconds(300) };
        var hangs = new Played("hangs", () =>
        {
            release.Wait(Cancelled);
            return [];
        });
        IReadOnlyList<Finding> found = await DoctorRun.RunAsync([hangs, new RightsCheck()], _bench.Context, Cancelled);
        Assert.Equal([FindingLevel.Unknown, FindingLevel.Ok], found.Select(finding => finding.Level));
        Assert.Equal("This did not end within 0.3 s: what it asks does not answer.", found[0].Found);
        Assert.Equal("Run 'longwire doctor' again. If it stays so, restart this machine: a device or a disk hangs.", found[0].Remedy);
        Assert.All(found, FindingRules.Hold);
        // Asked again, and again: no thread more.
        int asked = 0;
        for (int i = 0; i < 5; i++)
        {
            Finding again = Assert.Single(await DoctorRun.RunAsync([new Played("other", () => [.. Count()])], _bench.Context, Cancelled));
            Assert.Equal(
                "The last checks still hang, and none were begun: a device or a disk of this machine does not "
                    + "answer.", again.Found);
            Assert.Equal("Try again in a minute. If it stays so, restart this machine.", again.Remedy);
            FindingRules.Hold(again);
        }
        Assert.Equal((0, 1), (asked, _bench.Context.Calls.Running));
        release.Set();
        await _bench.Context.Calls.WhenReturnedAsync().WaitAsync(Deadlines.Patience, Cancelled);
        Assert.Empty(await DoctorRun.RunAsync([new Played("other", () => [.. Count()])], _bench.Context, Cancelled));
        Assert.Equal(1, asked);

        IEnumerable<Finding> Count()
        {
            asked++;
            yield break;
        }
    }

    [Fact]
    public async Task A_check_that_fails_is_unknown()
    {
        var fails = new Played("fails", () => throw new InvalidOperationException("no such thing"));
        Finding found = await _bench.FindAsync(fails);
        Assert.Equal((FindingLevel.Unknown, "This could not be looked at: no such thing."), (found.Level, found.Found));
        Assert.Equal("Report it, with this line.", found.Remedy);
        _bench.BeRoot(false);
        Assert.Equal("Run it as root: 'sudo longwire doctor'. If it stays so, report it.", (await _bench.FindAsync(fails)).Remedy);
    }

    [Fact]
    public async Task Who_asks_another_machine_in_vain_is_not_told_that_this_one_hangs()
    {
        _bench.Context = _bench.Context with { Within = TimeSpan.FromMilliseconds(300) };
        Finding found = Assert.Single(await DoctorRun.RunAsync([new Asks()], _bench.Context, Cancelled));
        FindingRules.Hold(found);
        Assert.Equal(
            "Run 'longwire doctor' again. If it stays so, look at the network, and at the machine that is "
                + "asked.", found.Remedy);
    }

    [Fact]
    public async Task Checks_run_side_by_side()
    {
        using var both = new Barrier(2);
        Played[] checks =
        [
            .. ((string[])["one", "other"]).Select(name => new Played(name, () =>
            {
                Assert.True(both.SignalAndWait(Deadlines.Patience));
                return [];
            })),
        ];
        _bench.Context = _bench.Context with { Within = Deadlines.Patience };
        Assert.Empty(await DoctorRun.RunAsync(checks, _bench.Context, Cancelled));
    }

    [Fact]
    public async Task Whoever_cancels_waits_for_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DoctorRun.RunAsync(_bench.Context, cancelled.Token));
    }

    [Fact]
    public async Task On_a_machine_where_everything_is_wrong_all_sentences_hold_and_no_secret_is_told()
    {
        using var key = LinkKey.Create();
        var code = new PairingCode(["192.0.2.1"], 3241, key.Pin, PairingToken.Create());
        var vhci = new FakeVhci(_bench.Sysfs);
        vhci.Set(0, 5);
        vhci.Set(1, 7);
        _bench.Write("dev/kmsg", DoctorBench.Recorded("kmsg-usb.txt"));
        _bench.Write("sys/devices/platform/vhci_hcd.0/attach", "");
        _bench.Write("etc/modules-load.d/usbip.conf", "vhci-hcd\n");
        _bench.Write("etc/modules", "vhci-hcd\nusbip-host\n");
        _bench.Write("data/link-hosts.json", DoctorBench.Secret);
        _bench.Write("data/link-key.pem", DoctorBench.Secret);
        _bench.Remembers(AttachBench.Known("a"), AttachBench.Known("b", null, "1.3"));
        _bench.Context = _bench.Context with
        {
            PiWithin = TimeSpan.FromMilliseconds(500),
            Environment = new Dictionary<string, string> { ["SUPERVISOR_TOKEN"] = DoctorBench.Secret },
            OptionProblems = [new OptionProblem("bogus", "", "unknown and ignored")],
            Attach = AttachOptions.Default with
            {
                Pis =
                [
                    DoctorBench.Pi(FreePort.Tcp().Port), DoctorBench.Pi(3240, "nowhere.invalid", "cellar"),
                    DoctorBench.Pi(3241, "192.0.2.1", "barn") with { Pairing = code },
                ],
                Mqtt = new MqttOptions { Host = "127.0.0.1", Port = FreePort.Tcp().Port, Username = "u", Password = DoctorBench.Secret },
            },
        };
        IReadOnlyList<Finding> found = await DoctorRun.RunAsync(_bench.Context, Cancelled);
        Assert.All(found, FindingRules.Hold);
        Assert.All(found, finding => Assert.DoesNotContain(code.Format(), finding.ToString(), StringComparison.Ordinal));
        Assert.True(found.Count(finding => finding.Level == FindingLevel.Problem) >= 8);
        // Programs know each by these two.
        Assert.Distinct(found.Select(finding => (finding.Id, finding.Subject)));
    }

    [Fact]
    public void Each_side_has_its_checks_and_a_machine_that_is_both_has_all()
    {
        int none = Count(null, null), host = Count(AttachOptions.Default, null), pi = Count(null, ExportOptions.Default);
        Assert.Equal((6, true, true), (none, host > none, pi > none));
        Assert.Equal(host + pi - none, Count(AttachOptions.Default, ExportOptions.Default));
        Type[] all =
            [.. typeof(ICheck).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(ICheck)))];
        Assert.Equal(all.Length, Count(AttachOptions.Default, ExportOptions.Default));
    }

    private static int Count(AttachOptions? attach, ExportOptions? export) =>
        Checks.For(new DoctorContext { DataFolder = "/", Attach = attach, Export = export }).Count;

    /// <summary>Of somebody who never answers.</summary>
    private sealed class Asks : ICheck
    {
        public Question Question { get; } = new("asks", "Somebody was asked.");

        public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return [];
        }
    }

    private sealed class Played(string name, Func<ImmutableArray<Finding>> look) : LocalCheck
    {
        public override Question Question { get; } = new(name, "A test looked.");

        protected override IEnumerable<Finding> Look(DoctorContext context) => look();
    }
}
