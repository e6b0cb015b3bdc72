using Longwire.Attach;
using Longwire.Attach.Carriers;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Tests.Attach.Carriers;

/// <summary>A session with a stick that is nothing but what a test says of it.</summary>
internal sealed class ScriptedFarSession(ExportedDevice device, DeviceIdentity? identity) : IFarSession
{
    public ExportedDevice Device => device;
    public string? BootId { get; init; }
    public CarrierMemory Memory => new(40000);

    /// <summary>What the stick was told, in its order; null: it was not told anything.</summary>
    public IReadOnlyList<SetupPacket>? Configured { get; private set; }
    public bool IsDisposed { get; private set; }

    public Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken) =>
        identity is null ? throw new IOException("it says nothing") : Task.FromResult(identity);

    public Task ConfigureAsync(IReadOnlyList<SetupPacket> requests, CancellationToken cancellationToken)
    {
        Configured = requests;
        return Task.CompletedTask;
    }

    public Task<FarEnd> CarryAsync(UrbPump pump, Action<string?> away) => throw new NotSupportedException("Nothing is carried.");

    public void HostSaid()
    {
    }

    public void MayHold()
    {
    }

    public bool SaysItsEnd => true;

    public void PeerIsGone()
    {
    }

    public CarrierEnd? ReadEnd() => null;

    public CarrierFigures ReadFigures() => default;

    public void Shutdown()
    {
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
