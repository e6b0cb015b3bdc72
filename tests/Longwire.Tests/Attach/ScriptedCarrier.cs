using System.Runtime.InteropServices;
using Longwire.Attach;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Tests.Attach;

/// <summary>A carrier without a connection, which ends when a test says so.</summary>
internal sealed class ScriptedCarrier : ICarrier
{
    public ExportedDevice Device { get; init; } = ScriptedStick.Exported;
    public CarrierMemory Memory => new(40000);
    public SafeHandle Start(Action changed) => KernelEnd ?? throw new NotSupportedException("Nothing is handed to a kernel.");

    /// <summary>Null: none is asked for.</summary>
    public SafeHandle? KernelEnd { get; init; }

    /// <summary>Of now on.</summary>
    public CarrierEnd? End { get; set; }
    public CarrierFigures Figures { get; set; }
    public DeviceIdentity? Identity { get; init; }

    public Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Identity ?? throw new NotSupportedException("Nobody asks."));

    /// <summary>Of now on.</summary>
    public CarrierHold? Hold { get; set; }

    public bool IsUp { get; private set; }

    public void Know(DeviceIdentity identity)
    {
    }

    public void MayHold() => IsUp = true;

    public CarrierHold? ReadHold() => Hold;

    /// <summary>Of now on.</summary>
    public int Reseats { get; set; }

    public ExportedDevice DeviceNow => Device;

    public void StickIsAt(BusId busId)
    {
    }

    public bool FarIsGone() => Hold is not null;

    public CarrierEnd? ReadEnd() => End;

    public CarrierFigures ReadFigures() => Figures;

    public void Shutdown()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
