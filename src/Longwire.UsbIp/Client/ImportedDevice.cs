using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Client;

/// <summary>
/// A device that was imported and that no kernel has yet: it is asked by URBs of our own, one after the other. After any exception only its
/// end is left.
/// </summary>
public sealed class ImportedDevice
{
    private readonly ExactPeer _peer;
    private readonly ExportedDevice _device;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    /// <param name="stream">Stands between two messages, and does so again after each call.</param>
    /// <param name="name">Of the server, for messages.</param>
    /// <param name="roundTrip">To the server; <see cref="ClientTimers.RoundTripMost"/> of it count.</param>
    public ImportedDevice(IPeerStream stream, string name, ExportedDevice device, TimeSpan roundTrip, TimeProvider time)
        : this(new ExactPeer(stream, name), device, roundTrip, time)
    {
    }

    internal ImportedDevice(ExactPeer peer, ExportedDevice device, TimeSpan roundTrip, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(device);
        (_peer, _device, _time) = (peer, device, time);
        TimeSpan counted = roundTrip < ClientTimers.RoundTripMost ? roundTrip : ClientTimers.RoundTripMost;
        _patience = ClientTimers.Answer + (counted * ClientTimers.AnswerRoundTrips);
    }

    /// <inheritdoc cref="UsbIpConnection.SlowestAnswer"/>
    public TimeSpan? SlowestAnswer { get; private set; }

    /// <inheritdoc cref="UsbIpConnection.LeavesTextUnanswered"/>
    public bool LeavesTextUnanswered { get; private set; }

    /// <inheritdoc cref="UsbIpConnection.ReadIdentityAsync"/>
    public async Task<DeviceIdentity> ReadIdentityAsync(CancellationToken cancellationToken)
    {
        var transfers = new ControlTransfers(_peer, _device, _patience, _time, cancellationToken);
        var reader = new DescriptorReader(transfers, _device);
        DeviceIdentity identity = await reader.ReadAsync();
        (SlowestAnswer, LeavesTextUnanswered) = (transfers.SlowestAnswer, reader.Unanswered is not null);
        return identity;
    }

    /// <inheritdoc cref="UsbIpConnection.ConfigureAsync"/>
    public async Task ConfigureAsync(IReadOnlyList<SetupPacket> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Any(request => request.Length != 0)) throw new ArgumentException("A request has data.", nameof(requests));
        var transfers = new ControlTransfers(_peer, _device, _patience, _time, cancellationToken);
        foreach (SetupPacket request in requests)
        {
            int status = await transfers.SetAsync(request, "configuration");
            if (status != 0)
                throw new UsbIpTransferException($"{_device.BusId} at {_peer} does not take its configuration: status {status}");
        }
    }
}
