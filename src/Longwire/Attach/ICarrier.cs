using System.Runtime.InteropServices;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach;

/// <summary>
/// Carries the USB/IP messages of one radio between its Pi and our kernel, from the Pi's yes on. Whoever holds it does not know over
/// what.
/// </summary>
internal interface ICarrier : IAsyncDisposable
{
    /// <summary>The stick, as the Pi describes it.</summary>
    public ExportedDevice Device { get; }

    /// <summary>For the radio's next carrier.</summary>
    public CarrierMemory Memory { get; }

    /// <summary>
    /// Begins to carry what the kernel says, once the stick has said who it is. A second call gives the same.
    /// </summary>
    /// <param name="changed">Called when <see cref="ReadHold"/> or <see cref="ReadEnd"/> may say another thing. Must not block.</param>
    /// <returns>
    /// What vhci_hcd is given: a stream socket, between two messages. The kernel takes a reference of its own: it may go on with it when
    /// the carrier is disposed; <see cref="Shutdown"/> ends that.
    /// </returns>
    public SafeHandle Start(Action changed);

    /// <summary>Asks the stick who it is, before the kernel meets it: a stick that does not answer must never reach vhci_hcd.</summary>
    /// <exception cref="CarrierException">It did not answer in time.</exception>
    /// <exception cref="IOException">The answer is wrong, or the carrier is lost.</exception>
    public Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What the kernel has read of the stick besides, and what it was expected to say: another time it is the same only if it says all of
    /// it.
    /// </summary>
    public void Know(DeviceIdentity identity);

    /// <summary>
    /// The radio is up: from now on a far side that goes away is waited for, by a carrier that can. What the kernel has not enumerated
    /// yet is never held, for there its time-outs are what is wanted.
    /// </summary>
    public void MayHold();

    /// <summary>The far side is away and waited for; null: it is there, or it has ended. Never blocks.</summary>
    public CarrierHold? ReadHold();

    /// <summary>How often another session has taken the place of one that ended. Never blocks.</summary>
    public int Reseats { get; }

    /// <summary>
    /// The stick as the Pi described it last: it may have been plugged in elsewhere since the first session. Never blocks.
    /// </summary>
    public ExportedDevice DeviceNow { get; }

    /// <summary>
    /// The stick of a session that is over is in another place: there it is asked for from now on. Nothing happens if it is not so. Never
    /// blocks.
    /// </summary>
    public void StickIsAt(BusId busId);

    /// <summary>
    /// The Pi does not know its connection any more, which may take us long to notice: that one is over. Never blocks.
    /// </summary>
    /// <returns>Whether it is waited for: false for a carrier that cannot.</returns>
    public bool FarIsGone();

    /// <summary>How it ended; null while it carries. It can be asked while the kernel has the descriptor. Never blocks.</summary>
    public CarrierEnd? ReadEnd();

    /// <summary>It can be asked while the kernel has the descriptor. Never blocks.</summary>
    public CarrierFigures ReadFigures();

    /// <summary>Ends it for the Pi and for the kernel. Nothing happens if it has ended.</summary>
    public void Shutdown();
}

/// <summary>Opens carriers. Tests put a scripted one in its place.</summary>
internal interface ICarrierOpener
{
    /// <summary>Asks the Pi for the stick.</summary>
    /// <param name="request">Whose stick, and which.</param>
    /// <param name="step">Is told what is being done, before it is done, for messages: "connecting".</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CarrierException">The Pi did not answer, or not with the stick.</exception>
    /// <exception cref="IOException">The answer is wrong, or cut short.</exception>
    public Task<ICarrier> OpenAsync(AttachRequest request, Action<string> step, CancellationToken cancellationToken);
}

/// <summary>What the kernel knows of the connection.</summary>
/// <param name="RoundTrip">Smoothed; null if it cannot be told.</param>
/// <param name="LastAck">How long ago the Pi last acknowledged anything; null if it cannot be told.</param>
internal readonly record struct CarrierFigures(TimeSpan? RoundTrip, TimeSpan? LastAck)
{
    /// <summary>All that came from the Pi, in bytes; null if it cannot be told.</summary>
    public ulong? Received { get; init; }

    /// <summary>How long the stick took at most to answer one of our questions; null if it was not asked.</summary>
    public TimeSpan? SlowestAnswer { get; init; }

    /// <summary>The stick leaves the question for one of its texts unanswered: the kernel will wait for it in vain.</summary>
    public bool LeavesTextUnanswered { get; init; }

    /// <summary>What it carried; null where the kernel carries itself, and nobody counts.</summary>
    public UrbFigures? Urbs { get; init; }
}

/// <param name="Reason">For a person.</param>
internal sealed record CarrierEnd(CarrierEndCause Cause, string Reason);

internal enum CarrierEndCause
{
    /// <summary>The far side, or something here, closed or reset it.</summary>
    Closed,

    /// <summary>The Pi stopped answering, and the time for it to answer ran out.</summary>
    PeerSilent,
}
