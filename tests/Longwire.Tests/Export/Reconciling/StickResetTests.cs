using System.Net;
using System.Net.Sockets;
using Longwire.Export;
using Longwire.Export.Reconciling;
using Longwire.Link.Pairing;
using Longwire.Link.Wire;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>A stick that a host wants set anew, because it hangs.</summary>
public sealed class StickResetTests : IAsyncDisposable
{
    private static readonly string[] s_rebind = ["usbip-host/unbind 1-1", "usbip-host/bind 1-1"];
    private static readonly string[] s_reauthorize =
    [
        "usbip-host/unbind 1-1", "1-1/authorized 0", "usb/bind 1-1", "1-1/authorized 1", "usb/unbind 1-1", "usbip-host/bind 1-1",
    ];

    private readonly ExportBench _bench = new();
    private readonly Client.Host _host = Host(1);
    private readonly CancellationTokenSource _left = new();
    private int _before;

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        _left.Dispose();
    }

    [Theory]
    [InlineData(ResetStep.Rebind)]
    [InlineData(ResetStep.Reauthorize)]
    public async Task One_that_nobody_has_is_set_anew_and_offered_again(ResetStep step)
    {
        await OfferAsync();
        Assert.Equal(ResetOutcome.Done, await AskAsync(step));
        Assert.Equal(step == ResetStep.Rebind ? s_rebind : s_reauthorize, Writes());
        await _bench.UntilOfferedAsync();
        Assert.True(_bench.Said("as house (192.0.2.1) asked"));
        Assert.Contains("1", await File.ReadAllTextAsync(Authorized, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain("deauthorized", await LedgerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_another_host_has_is_never_touched()
    {
        await OfferAsync();
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        using (connection)
        {
            Assert.Equal(UsbIpStatus.Ok, status);
            Mark();
            Assert.Equal(ResetOutcome.InUse, await AskAsync(ResetStep.Reauthorize));
            Assert.Empty(Writes());
            Assert.True(_bench.Said("is not set anew"));
            await _bench.UntilReasonAsync(NoticeReason.InUse);
        }
    }

    [Theory]
    [InlineData("3-7", ResetStep.Rebind, ResetOutcome.Gone)]
    [InlineData("1-1", (ResetStep)9, ResetOutcome.NotServed)]
    [InlineData("1-1", ResetStep.None, ResetOutcome.NotServed)]
    public async Task What_is_not_there_or_not_known_is_told_as_that(string busId, ResetStep step, ResetOutcome outcome)
    {
        await OfferAsync();
        Assert.Equal(outcome, await AskAsync(step, busId));
        Assert.Empty(Writes());
    }

    [Fact]
    public async Task One_that_is_no_radio_of_ours_is_not_touched()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync(id: "10c4:ea60", product: "CP2102 power meter");
        await _bench.UntilReasonAsync(NoticeReason.NotKnownRadio);
        Assert.Equal(ResetOutcome.NotServed, await AskAsync(ResetStep.Reauthorize));
        Assert.Empty(_bench.Kernel.Writes);
    }

    [Fact]
    public async Task One_that_somebody_else_had_bound_keeps_its_authorization_and_is_bound_anew()
    {
        _bench.Options = _bench.Options with { TakeOver = true };
        _bench.Sysfs.SetDriver(_bench.Sysfs.Plug(), "usbip-host");
        _bench.Kernel.SetStatus("1-1", 1);
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        Assert.Equal(ResetOutcome.NotServed, await AskAsync(ResetStep.Reauthorize));
        Assert.Empty(Writes());
        Assert.Equal(ResetOutcome.Done, await AskAsync(ResetStep.Rebind));
        Assert.Equal([s_rebind[0], "usbip-host/match_busid add 1-1", s_rebind[1]], Writes());
    }

    [Fact]
    public async Task One_whose_authorization_somebody_took_does_not_get_it_from_us()
    {
        _bench.Sysfs.Plug();
        FakeSysfs.WriteFile(Authorized, "0\n");
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        Mark();
        Assert.Equal(ResetOutcome.NotServed, await AskAsync(ResetStep.Reauthorize));
        Assert.Empty(Writes());
    }

    [Fact]
    public async Task A_person_shortens_the_pause_of_one_that_was_refused()
    {
        _bench.Kernel.Refuse = (attribute, _) => attribute == "usbip-host/bind" ? Errno.InvalidArgument : null;
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilReasonAsync(NoticeReason.ErrorState);
        _bench.Kernel.Refuse = (_, _) => null;
        // The clock stands still meanwhile.
        Assert.Equal(ResetOutcome.Done, await AskAsync(ResetStep.Rebind));
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task One_that_is_pulled_in_the_middle_is_gone_and_offered_once_it_is_back()
    {
        await OfferAsync();
        _bench.Kernel.After = (path, text) =>
        {
            if (Path.GetFileName(path) == "authorized" && text == "0") _bench.Sysfs.Pull("1-1");
        };
        Assert.Equal(ResetOutcome.Gone, await AskAsync(ResetStep.Reauthorize));
        _bench.Kernel.After = (_, _) => { };
        await _bench.NewsAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
    }

    [Fact]
    public async Task What_the_kernel_refuses_is_told_and_the_stick_is_tried_again_with_its_authorization()
    {
        await OfferAsync();
        int refusals = 0;
        _bench.Kernel.Refuse = (attribute, text) =>
            attribute == "1-1/authorized" && text == "1" && refusals++ < 2 ? Errno.InvalidArgument : null;
        Assert.Equal(ResetOutcome.Failed, await AskAsync(ResetStep.Reauthorize));
        Assert.Contains("deauthorized", await LedgerAsync(), StringComparison.Ordinal);
        await _bench.UntilOfferedAsync();
        Assert.Equal("1-1/authorized 1", Writes().Last(line => line.StartsWith("1-1/authorized", StringComparison.Ordinal)));
        await _bench.UntilAsync(() => !Ledger().Contains("deauthorized", StringComparison.Ordinal), "the ledger to forget it");
    }

    [Fact]
    public async Task After_a_crash_in_the_middle_its_authorization_is_given_back_at_the_next_start()
    {
        await OfferAsync();
        await _bench.DieAsync();
        string ledger = await LedgerAsync();
        await File.WriteAllTextAsync(
            _bench.LedgerPath, ledger.Replace("\"may_sleep\"", "\"deauthorized\": true, \"may_sleep\"", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        _bench.Sysfs.SetDriver(_bench.Sysfs.DeviceFolder("1-1"), null);
        await File.WriteAllTextAsync(Authorized, "0\n", TestContext.Current.CancellationToken);
        await _bench.StartAsync();
        await _bench.UntilOfferedAsync();
        Assert.StartsWith("1", await File.ReadAllTextAsync(Authorized, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await _bench.UntilAsync(() => !Ledger().Contains("deauthorized", StringComparison.Ordinal), "the ledger to forget it");
    }

    [Fact]
    public async Task A_stop_in_the_middle_leaves_no_stick_without_its_authorization()
    {
        await OfferAsync();
        using var atIt = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        _bench.Kernel.After = (path, text) =>
        {
            if (Path.GetFileName(path) != "authorized" || text != "0") return;
            atIt.Release();
            Assert.True(goOn.Wait(TimeSpan.FromSeconds(20)));
        };
        Task<ResetOutcome> asked = AskAsync(ResetStep.Reauthorize);
        Assert.True(await atIt.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Task stopping = _bench.StopAsync();
        goOn.Release();
        await stopping;
        Assert.StartsWith("1", await File.ReadAllTextAsync(Authorized, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("usb", Path.GetFileName(new FileInfo(Path.Combine(_bench.Sysfs.DeviceFolder("1-1"), "driver")).LinkTarget));
        // Whoever asked is told nothing, and goes with its connection.
        await _left.CancelAsync();
        await ((Task)asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.True(asked.IsCanceled);
    }

    [Fact]
    public async Task Who_asks_again_before_it_has_begun_gets_the_later_step_and_each_is_answered()
    {
        await OfferAsync();
        using var goOn = new SemaphoreSlim(0);
        Task<ResetOutcome> first = await BeginAsync(goOn);
        Task<ResetOutcome> second = AskAsync(ResetStep.Rebind), third = AskAsync(ResetStep.Reauthorize);
        Assert.Equal(ResetOutcome.NotServed, await second);
        goOn.Release();
        Assert.Equal(ResetOutcome.Done, await first);
        Assert.Equal(ResetOutcome.Done, await third);
        Assert.Equal([.. s_rebind, .. s_reauthorize], Writes());
    }

    [Fact]
    public async Task What_a_host_asked_that_is_gone_since_is_never_done()
    {
        await OfferAsync();
        using var goOn = new SemaphoreSlim(0);
        Task<ResetOutcome> first = await BeginAsync(goOn);
        using var gone = new CancellationTokenSource();
        Task<ResetOutcome> second = new StickRequests(_bench.Reconciler, _bench.Time).AskAsync(
            new StickReset(BusId.Parse("1-1"), ResetStep.Reauthorize, _host), gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        goOn.Release();
        Assert.Equal(ResetOutcome.Done, await first);
        await _bench.UntilOfferedAsync();
        Assert.Equal(s_rebind, Writes());
    }

    [Fact]
    public async Task The_same_is_not_done_to_a_stick_again_before_it_has_rested()
    {
        await OfferAsync();
        Assert.Equal(ResetOutcome.Done, await AskAsync(ResetStep.Rebind));
        Assert.Equal(ResetOutcome.NotServed, await AskAsync(ResetStep.Rebind));
        Assert.Equal(s_rebind, Writes());
        // The next step is for a stick that still hangs.
        Assert.Equal(ResetOutcome.Done, await AskAsync(ResetStep.Reauthorize));
        Assert.Equal(ResetOutcome.NotServed, await AskAsync(ResetStep.Rebind));
        _bench.Time.Advance(ExportTimers.ResetRest);
        Assert.Equal(ResetOutcome.Done, await AskAsync(ResetStep.Reauthorize));
    }

    [Fact]
    public async Task Who_asks_for_the_stick_meanwhile_gets_it_afterwards()
    {
        await OfferAsync();
        using var goOn = new SemaphoreSlim(0);
        int unbinds = 0;
        _bench.Kernel.After = (path, _) =>
        {
            if (Path.GetFileName(path) == "unbind" && Interlocked.Increment(ref unbinds) == 1) goOn.Wait(TimeSpan.FromSeconds(20));
        };
        Task<ResetOutcome> reset = AskAsync(ResetStep.Rebind);
        await _bench.UntilAsync(() => Volatile.Read(ref unbinds) == 1, "it to be under way", TimeSpan.Zero);
        Task<UsbIpStatus> import = ImportAsync();
        goOn.Release();
        Assert.Equal(ResetOutcome.Done, await reset);
        Assert.Equal(UsbIpStatus.Ok, await import);
    }

    private async Task<UsbIpStatus> ImportAsync()
    {
        (Socket connection, UsbIpStatus status) = await _bench.ImportAsync();
        connection.Dispose();
        return status;
    }

    private string Authorized => Path.Combine(_bench.Sysfs.DeviceFolder("1-1"), "authorized");

    private static Client.Host Host(byte key) => new(
        new KeyPin([.. Enumerable.Repeat(key, KeyPin.Size)]), "house", IPAddress.Parse("192.0.2.1"),
        new HostRun(InstanceNonce.Create(), 1));

    private async Task OfferAsync()
    {
        await _bench.StartAsync();
        await _bench.PlugAsync();
        await _bench.UntilOfferedAsync();
        Mark();
    }

    private void Mark() => _before = _bench.Kernel.Writes.Count;

    private string[] Writes() => [.. _bench.Kernel.Lines.Skip(_before)];

    private string Ledger() => File.ReadAllText(_bench.LedgerPath);

    private async Task<string> LedgerAsync() => await File.ReadAllTextAsync(_bench.LedgerPath, TestContext.Current.CancellationToken);

    /// <summary>Asks for one, and ends once that is under way.</summary>
    /// <param name="goOn">Its kernel waits for this.</param>
    private async Task<Task<ResetOutcome>> BeginAsync(SemaphoreSlim goOn)
    {
        int unbinds = 0;
        _bench.Kernel.After = (path, _) =>
        {
            if (Path.GetFileName(path) == "unbind" && Interlocked.Increment(ref unbinds) == 1) goOn.Wait(TimeSpan.FromSeconds(20));
        };
        Task<ResetOutcome> begun = AskAsync(ResetStep.Rebind);
        await _bench.UntilAsync(() => Volatile.Read(ref unbinds) == 1, "the first to be under way", TimeSpan.Zero);
        return begun;
    }

    private Task<ResetOutcome> AskAsync(ResetStep step, string busId = "1-1") =>
        new StickRequests(_bench.Reconciler, _bench.Time).AskAsync(
            new StickReset(BusId.Parse(busId), step, _host), _left.Token).WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
}
