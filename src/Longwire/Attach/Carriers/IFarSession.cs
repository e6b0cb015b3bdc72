using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// One session with the stick on its Pi, from the Pi's yes on, over which the proxy's messages go there and back. After it another one can
/// take its place, behind the same port.
/// </summary>
internal interface IFarSession : IAsyncDisposable
{
    /// <summary>The stick, as the Pi describes it.</summary>
    public ExportedDevice Device { get; }

    /// <summary>Which start of its kernel the Pi is in; null: it cannot say.</summary>
    public string? BootId { get; }

    /// <inheritdoc cref="ICarrier.Memory"/>
    public CarrierMemory Memory { get; }

    /// <inheritdoc cref="ICarrier.ReadIdentityAsync"/>
    public Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken);

    /// <summary>Puts the stick back into the configuration in which another session had it.</summary>
    /// <param name="requests">SET_CONFIGURATION and each SET_INTERFACE, in their order; none has data.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">It did not take them, or the session is lost.</exception>
    public Task ConfigureAsync(IReadOnlyList<SetupPacket> requests, CancellationToken cancellationToken);

    /// <summary>Carries until it is over, or the host's side is. Afterwards the proxy's far side has ended.</summary>
    /// <param name="pump">Whose proxy is up.</param>
    /// <param name="away">Is told why the Pi is away, within the session; null: it is there again. Must not block.</param>
    public Task<FarEnd> CarryAsync(UrbPump pump, Action<string?> away);

    /// <summary>vhci_hcd has said something, and it was passed on: if nobody hears it, that is to be noticed.</summary>
    public void HostSaid();

    /// <inheritdoc cref="ICarrier.MayHold"/>
    public void MayHold();

    /// <summary>Its Pi says itself that it is over, and why; until then nothing else does.</summary>
    public bool SaysItsEnd { get; }

    /// <summary>The Pi is known to have ended it: it is over, if that can be believed at all.</summary>
    public void PeerIsGone();

    /// <inheritdoc cref="ICarrier.ReadEnd"/>
    public CarrierEnd? ReadEnd();

    /// <inheritdoc cref="ICarrier.ReadFigures"/>
    public CarrierFigures ReadFigures();

    /// <summary>Ends it for the Pi. Nothing happens if it has ended.</summary>
    public void Shutdown();
}

/// <param name="End">How it ended.</param>
/// <param name="Away">For how long the Pi had been away by then.</param>
/// <param name="IsFinal">No other session may take its place: it was not wanted any more, or the time for that is over.</param>
/// <param name="IsExplained">The Pi has said why: one that somebody else has taken would not look like one that is to be had again.</param>
internal sealed record FarEnd(CarrierEnd End, TimeSpan Away, bool IsFinal, bool IsExplained = false);
