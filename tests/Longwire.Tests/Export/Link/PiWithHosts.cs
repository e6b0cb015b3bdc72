using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Longwire.Testing.Kernel;
using Longwire.Tests.HomeAssistant.Brokers;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Time.Testing;

namespace Longwire.Tests.Export.Link;

/// <summary>A Pi's data folder, its two clocks, and what its export says.</summary>
internal sealed class PiWithHosts : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    public PiWithHosts()
    {
        Boot("one boot", 100);
        Export = NewExport();
        Store = new EnrolmentStore(Folder);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("longwire-hosts-").FullName;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    public RecordingLogger<Enrolment> Log { get; } = new();

    /// <summary>What the running export uses.</summary>
    public Enrolment Export { get; }

    /// <summary>What 'longwire pair' uses beside it.</summary>
    public EnrolmentStore Store { get; }

    public SysfsRoot Root => _sysfs.Root;

    public static KeyPin Key(byte one) => new([.. Enumerable.Repeat(one, KeyPin.Size)]);

    public Enrolment NewExport() => new(Folder, Time, Log, Root);

    public Moment Now() => Moment.Now(Root, Time);

    public void Boot(string id, double uptime)
    {
        FakeSysfs.WriteFile(Path.Combine(Root.Proc, "sys/kernel/random/boot_id"), id + "\n");
        FakeSysfs.WriteFile(Path.Combine(Root.Proc, "uptime"), FormattableString.Invariant($"{uptime:F2} 1.00\n"));
    }

    /// <summary>As 'longwire pair' does.</summary>
    public PairingToken Pair(bool another = false) => EnrolmentRules.TokenOf(
        Store.Change(file => file.WithOpenToken(PairingToken.Create, Now(), another)).Token!);

    /// <summary>As 'longwire pair --revoke' does.</summary>
    public void Revoke(KeyPin key) => Store.Change(
        file => file.WithBarred(file.Enrolled.Single(host => host.Pin == PinText.Of(key)), Now()));

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        _sysfs.Dispose();
    }
}
