using System.Collections.Immutable;
using System.Globalization;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Composition;
using Longwire.Testing.Kernel;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Uevents;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Attach.Ports;

/// <summary>What is held at 0, what is put back, and what becomes of other people's devices meanwhile.</summary>
public sealed class AuthorizationTests : IAsyncDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly FakeVhci _vhci;
    private readonly AttachKernel _kernel;
    private readonly RecordingLogger<AttachService> _log = new();
    private readonly HubAuthorization _hubs;
    private readonly List<HubAuthorizationMemory> _remembered = [];
    private int _heldLater;
    private Func<Task> _whenRemembered = () => Task.CompletedTask;

    public AuthorizationTests()
    {
        _vhci = new FakeVhci(_sysfs);
        _kernel = new AttachKernel(_sysfs.Root, _vhci.Host);
        _hubs = new HubAuthorization(_kernel, RememberAsync, _log) { AllHeld = () => _heldLater++ };
    }

    [Fact]
    public void What_is_found_is_to_be_remembered_with_the_boot()
    {
        SetDefault(4, 2);
        HubAuthorizationMemory found = _hubs.Look(null);
        Assert.Equal((_kernel.BootId, 1, 2), (found.BootId, found.Found["usb3"], found.Found["usb4"]));
    }

    [Fact]
    public void A_zero_of_ours_from_a_crash_of_the_same_boot_is_not_taken_for_what_was_found()
    {
        SetDefault(3, 0);
        SetDefault(4, 0);
        HubAuthorizationMemory found = _hubs.Look(Remembered(_kernel.BootId));
        Assert.Equal(1, found.Found["usb3"]);
        // Not in the memory, so it is somebody else's zero.
        Assert.Equal(0, found.Found["usb4"]);
    }

    [Fact]
    public void A_zero_of_another_boot_is_somebody_elses()
    {
        SetDefault(3, 0);
        Assert.Equal(0, _hubs.Look(Remembered("another")).Found["usb3"]);
    }

    [Fact]
    public void A_value_that_somebody_set_since_the_crash_counts()
    {
        SetDefault(3, 2);
        Assert.Equal(2, _hubs.Look(Remembered(_kernel.BootId)).Found["usb3"]);
    }

    [Fact]
    public async Task The_hubs_are_held_at_zero_and_put_back_at_the_end()
    {
        SetDefault(4, 2);
        _hubs.Look(null);
        Assert.Null(_hubs.Hold());
        Assert.Equal("00", Default(3) + Default(4));
        SetDefault(3, 1);
        await EnsureHeldAsync(0);
        // Known from the start, so there is nothing new to remember.
        Assert.Empty(_remembered);
        Assert.Equal("0", Default(3));
        await _hubs.DisposeAsync();
        Assert.Equal("12", Default(3) + Default(4));
    }

    [Fact]
    public async Task After_a_crash_the_next_life_puts_back_what_the_first_one_found()
    {
        SetDefault(3, 0);
        _hubs.Look(Remembered(_kernel.BootId));
        Assert.Null(_hubs.Hold());
        await _hubs.DisposeAsync();
        Assert.Equal("1", Default(3));
    }

    [Fact]
    public async Task A_hub_that_turns_up_later_is_remembered_before_it_is_held()
    {
        var disk = new TaskCompletionSource();
        _whenRemembered = () => disk.Task;
        Task holding = EnsureHeldAsync(0);
        HubAuthorizationMemory found = Assert.Single(_remembered);
        Assert.Equal((_kernel.BootId, 1), (found.BootId, found.Found["usb3"]));
        Assert.Equal("1", Default(3));

        disk.SetResult();
        await holding;

        Assert.Equal("0", Default(3));
        await _hubs.DisposeAsync();
        Assert.Equal("1", Default(3));
    }

    [Fact]
    public async Task Two_radios_that_come_up_at_once_on_hubs_not_seen_before_lose_neither()
    {
        SetDefault(4, 2);
        var disk = new TaskCompletionSource();
        _whenRemembered = () => disk.Task;
        Task[] holding = [EnsureHeldAsync(0), EnsureHeldAsync(8)];
        disk.SetResult();
        await Task.WhenAll(holding);

        Assert.Equal([("usb3", 1), ("usb4", 2)], _remembered[^1].Found.Select(hub => (hub.Key, hub.Value)));
        Assert.Equal("00", Default(3) + Default(4));
        await _hubs.DisposeAsync();
        Assert.Equal("12", Default(3) + Default(4));
    }

    [Fact]
    public async Task What_was_put_back_is_not_held_again_by_a_radio_that_was_late()
    {
        var disk = new TaskCompletionSource();
        _whenRemembered = () => disk.Task;
        Task late = EnsureHeldAsync(0);
        ValueTask ending = _hubs.DisposeAsync();
        disk.SetResult();
        await late;
        await ending;
        await EnsureHeldAsync(0);
        Assert.Equal("1", Default(3));
    }

    [Fact]
    public async Task What_could_not_be_put_back_is_left_for_the_next_life_which_puts_it_back()
    {
        _log.Expect("authorized_default of usb3 could not be restored");
        SetDefault(4, 2);
        _hubs.Look(null);
        Assert.Null(_hubs.Hold());
        HubManners.Break(_vhci.HubFolder(3), "cannot be read");
        await _hubs.DisposeAsync();
        Assert.Equal((_kernel.BootId, "usb3 1"), (_hubs.Left!.BootId, Shown(_hubs.Left)));
        Assert.Equal("2", Default(4));

        // It still stands at our 0.
        Directory.Delete(DefaultPath(3));
        SetDefault(3, 0);
        var next = new HubAuthorization(_kernel, RememberAsync, _log);
        Assert.Equal("usb3 1, usb4 2", Shown(next.Look(_hubs.Left)));
        Assert.Null(next.Hold());
        await next.DisposeAsync();
        Assert.Equal("12", Default(3) + Default(4));
        Assert.Null(next.Left);
    }

    [Fact]
    public async Task What_is_remembered_of_a_hub_that_cannot_be_read_at_the_start_is_not_forgotten()
    {
        HubManners.Break(_vhci.HubFolder(3), "cannot be read");
        Assert.Equal("usb3 1, usb4 1", Shown(_hubs.Look(Remembered(_kernel.BootId))));
        Assert.Null(_hubs.Hold());
        Directory.Delete(DefaultPath(3));
        SetDefault(3, 0);
        Assert.Null(await EnsureHeldAsync(0));
        Assert.Equal("usb3 1, usb4 1", Shown(_remembered[^1]));
        await _hubs.DisposeAsync();
        Assert.Equal("11", Default(3) + Default(4));
    }

    [Fact]
    public async Task With_its_hub_a_setting_is_gone_and_nothing_is_left_to_put_back()
    {
        _hubs.Look(null);
        Assert.Null(_hubs.Hold());
        Directory.Delete(_vhci.HubFolder(3), recursive: true);
        await _hubs.DisposeAsync();
        Assert.Null(_hubs.Left);
        Assert.Equal("1", Default(4));
    }

    [Theory]
    [InlineData("no hub", "vhci_hcd has no root hub for its port 0")]
    [InlineData("cannot be read", "usb3/authorized_default cannot be read")]
    [InlineData("cannot be set", "usb3/authorized_default cannot be set to 0 (E")]
    [InlineData("is set again", "usb3/authorized_default does not stay 0")]
    public async Task A_hub_that_is_not_held_is_named_with_the_reason_and_the_others_are_held(string manner, string reason)
    {
        _log.Expect("authorized_default of usb3 could not be restored");
        _hubs.Look(null);
        HubManners.Break(_vhci.HubFolder(3), manner);
        Assert.Contains(reason, await EnsureHeldAsync(0), StringComparison.Ordinal);
        Assert.Null(await EnsureHeldAsync(8));
        Assert.Equal("0", Default(4));
    }

    [Fact]
    public async Task What_could_not_be_held_at_the_start_is_told_once_every_hub_is()
    {
        HubManners.Break(_vhci.HubFolder(3), "cannot be set");
        HubManners.Break(_vhci.HubFolder(4), "cannot be set");
        _hubs.Look(null);
        Assert.Contains("nothing is attached", _hubs.Hold(), StringComparison.Ordinal);
        // /sys is mounted anew, one hub after the other.
        File.Delete(DefaultPath(3));
        SetDefault(3, 1);
        Assert.Null(await EnsureHeldAsync(0));
        Assert.Equal(0, _heldLater);
        File.Delete(DefaultPath(4));
        SetDefault(4, 1);
        Assert.Null(await EnsureHeldAsync(0));
        Assert.Null(await EnsureHeldAsync(0));
        Assert.Equal((1, "0"), (_heldLater, Default(4)));
    }

    [Fact]
    public async Task Where_every_hub_was_held_at_the_start_nothing_is_taken_back()
    {
        _hubs.Look(null);
        Assert.Null(_hubs.Hold());
        Assert.Null(await EnsureHeldAsync(0));
        Assert.Equal(0, _heldLater);
    }

    [Fact]
    public async Task A_hub_that_comes_after_its_ports_is_found_then()
    {
        string aside = Path.Combine(_sysfs.Folder, "aside");
        Directory.Move(_vhci.HubFolder(3), aside);
        _hubs.Look(null);
        Assert.NotNull(await EnsureHeldAsync(0));
        Directory.Move(aside, _vhci.HubFolder(3));
        Assert.Null(await EnsureHeldAsync(0));
        Assert.Equal("0", Default(3));
        await _hubs.DisposeAsync();
        Assert.Equal("1", Default(3));
    }

    [Fact]
    public async Task A_strangers_device_is_authorized_and_ours_is_not()
    {
        int ours = _kernel.Leases.Take(UsbSpeed.Full, 0, [], new HashSet<int>())!.Value.Number;
        string mine = _vhci.Plug(ours, authorized: false), theirs = _vhci.Plug(1, authorized: false);
        _hubs.Look(null);
        new ForeignDevices(_kernel, _hubs, _log).LookAtAll();
        await IsAuthorizedAsync(theirs);
        Assert.Equal("0", Authorized(mine));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("(3-1)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stranger_whose_hub_was_found_at_zero_is_left_as_its_owner_wants_it()
    {
        SetDefault(3, 0);
        string kept = _vhci.Plug(0, authorized: false);
        string opened = _sysfs.Plug("4-1", controller: FakeVhci.Controller());
        FakeSysfs.WriteFile(Path.Combine(opened, "authorized"), "0\n");
        _vhci.Set(8, 6, 5, 9, "4-1");
        _hubs.Look(null);
        new ForeignDevices(_kernel, _hubs, _log).LookAtAll();
        // Looked at after the other one.
        await IsAuthorizedAsync(opened);
        Assert.Equal("0", Authorized(kept));
    }

    [Fact]
    public async Task A_stranger_is_named_once_until_it_is_plugged_anew()
    {
        _hubs.Look(null);
        var strangers = new ForeignDevices(_kernel, _hubs, _log);
        string folder = _vhci.Plug(1, authorized: false);
        strangers.KernelChanged(News("add"));
        strangers.KernelChanged(News("change"));
        strangers.KernelChanged(Uevent.Overrun);
        strangers.LookAtAll();
        Assert.Single(_log.Lines, line => line.Contains("vhci port 1 has a device (3-2) that is not ours", StringComparison.Ordinal));
        await IsAuthorizedAsync(folder);

        strangers.KernelChanged(News("remove"));
        strangers.KernelChanged(News("add"));
        Assert.Equal(2, _log.Lines.Count(line => line.Contains("(3-2)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_unknown_line_in_the_table_is_named_once_and_a_stranger_beside_it_gets_its_drivers()
    {
        _log.Expect("is not understood");
        string theirs = _vhci.Plug(1, authorized: false);
        await File.AppendAllTextAsync(_vhci.Attribute("status"), "hs  0099 of another kernel\n", TestContext.Current.CancellationToken);
        _hubs.Look(null);
        var strangers = new ForeignDevices(_kernel, _hubs, _log);
        strangers.LookAtAll();
        strangers.KernelChanged(News("add"));
        await IsAuthorizedAsync(theirs);
        Assert.Single(_log.Lines, line => line.Contains("'hs  0099 of another kernel'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_strangers_folder_that_vanishes_is_no_fault()
    {
        _vhci.Plug(1, authorized: false);
        _hubs.Look(null);
        var strangers = new ForeignDevices(_kernel, _hubs, _log);
        Directory.Delete(Path.Combine(_sysfs.Root.Sys, FakeVhci.Controller()), recursive: true);
        strangers.KernelChanged(News("add"));
        strangers.LookAtAll();
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void News_of_anything_but_a_device_under_vhci_is_none()
    {
        _hubs.Look(null);
        var strangers = new ForeignDevices(_kernel, _hubs, _log);
        _vhci.Plug(1, authorized: false);
        strangers.KernelChanged(News("add") with { DevType = "usb_interface" });
        strangers.KernelChanged(News("add") with { Subsystem = "tty" });
        strangers.KernelChanged(News("add") with { DevPath = "/devices/pci0000:00/usb3/3-2" });
        strangers.KernelChanged(News("add") with { DevPath = "/devices/platform/vhci_hcd.0/usb3" });
        Assert.Empty(_log.Lines);
    }

    public async ValueTask DisposeAsync()
    {
        await _hubs.DisposeAsync();
        _sysfs.Dispose();
        _log.AssertNothingUnexpected();
    }

    /// <returns>Why the hub of the port is not held; null if it is.</returns>
    private Task<string?> EnsureHeldAsync(int port) =>
        _hubs.EnsureHeldAsync(_vhci.Host.ReadPort(port)!.Value, TestContext.Current.CancellationToken);

    private static string Shown(HubAuthorizationMemory memory) =>
        string.Join(", ", memory.Found.Select(hub => string.Create(CultureInfo.InvariantCulture, $"{hub.Key} {hub.Value}")));

    private Task RememberAsync(HubAuthorizationMemory found, CancellationToken cancellationToken)
    {
        _remembered.Add(found);
        return _whenRemembered().WaitAsync(cancellationToken);
    }

    private static HubAuthorizationMemory Remembered(string boot) => new(boot, ImmutableSortedDictionary<string, int>.Empty.Add("usb3", 1));

    private static Uevent News(string action) =>
        new() { Action = action, DevPath = "/devices/platform/vhci_hcd.0/usb3/3-2", Subsystem = "usb", DevType = "usb_device" };

    private static Task IsAuthorizedAsync(string folder) =>
        Eventually.IsTrueAsync(() => Authorized(folder) == "1", () => $"{folder} is authorized");

    private static string Authorized(string folder) => File.ReadAllText(Path.Combine(folder, "authorized")).Trim();

    private string DefaultPath(int bus) => Path.Combine(_vhci.HubFolder(bus), "authorized_default");

    private string Default(int bus) => File.ReadAllText(DefaultPath(bus)).Trim();

    private void SetDefault(int bus, int value) => FakeSysfs.WriteFile(DefaultPath(bus), $"{value}\n");
}
