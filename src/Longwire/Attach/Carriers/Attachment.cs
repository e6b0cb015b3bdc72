using Longwire.Attach.Ports;
using Longwire.Platform;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Net;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>
/// One attempt, in the order that keeps a bad peer away from the kernel and a bad device away from drivers: import and ask the stick who it
/// is; let the reconciler decide; put it on a port; compare what the kernel read with what was asked; let drivers bind; wait for the ttys;
/// then watch it until it is lost. Whatever happens, the port is freed at the end.
/// </summary>
internal sealed class Attachment : IAttachment, IDisposable
{
    private const string Importing = "importing";

    private readonly AttachRequest _request;
    private readonly AttachmentContext _around;
    private readonly AsyncAutoResetEvent _kernelChanged;
    private readonly CancellationTokenSource _cancelled = new();
    private volatile UsbIpConnection? _connection;

    public Attachment(AttachRequest request, AttachmentContext around)
    {
        _request = request;
        _around = around;
        _kernelChanged = new AsyncAutoResetEvent(around.Time);
    }

    public string PiId => _request.PiId;
    public BusId BusId => _request.BusId;

    public bool IsHeardSince(long moment)
    {
        try
        {
            return _connection is { } connection && TcpInfo.Read(connection.Socket).LastAckReceived < _around.Time.GetElapsedTime(moment);
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            // It ended a moment ago.
            return false;
        }
    }

    public void KernelChanged() => _kernelChanged.Raise();

    // On a thread of the pool: what waits for this goes on inside Cancel, and the reconciler must not clean up ports.
    public void Cancel() => ThreadPool.UnsafeQueueUserWorkItem(
        static cancelled =>
        {
            try
            {
                cancelled.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself a moment ago; its report is on the way.
            }
        },
        _cancelled,
        preferLocal: false);

    public void Dispose() => _cancelled.Dispose();

    /// <summary>Ends with exactly one <see cref="AttachEvent.Ended"/>.</summary>
    public async Task RunAsync()
    {
        AttachOutcome outcome = await ConcludeAsync();
        await _around.TellAsync(new AttachEvent.Ended(this, _cancelled.IsCancellationRequested ? new AttachOutcome.Cancelled() : outcome));
    }

    private async Task<AttachOutcome> ConcludeAsync()
    {
        CancellationToken cancellation = _cancelled.Token;
        using var deadline = new CancellationTokenSource(AttachTimers.Attach, _around.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        // Every import ends with a reset of the stick, and attempts follow each other in seconds: not where none can succeed.
        if (_request.IsKnown && !_around.Kernel.Vhci.IsPresent) return new AttachOutcome.Failed($"attaching: {PortSession.NoVhci}");
        string step = "connecting";
        try
        {
            using UsbIpConnection connection = await UsbIpConnection.ConnectAsync(
                _request.EndPoint, new ConnectOptions { SourcePort = _request.SourcePort, TimeProvider = _around.Time }, either.Token);
            _connection = connection;
            step = Importing;
            ExportedDevice device = await connection.ImportAsync(_request.BusId, either.Token);
            if (device.Speed is not (UsbSpeed.Low or UsbSpeed.Full or UsbSpeed.High or UsbSpeed.Super or UsbSpeed.SuperPlus))
                return new AttachOutcome.Failed($"the Pi gives its speed as {(uint)device.Speed}, which no stick has");
            step = "asking the stick who it is";
            long asked = _around.Time.GetTimestamp();
            DeviceIdentity identity = await connection.ReadIdentityAsync(device, either.Token);
            TimeSpan roundTrip = TcpInfo.Read(connection.Socket).RoundTripTime ?? _around.Time.GetElapsedTime(asked);

            step = "waiting for a decision";
            var answer = new TaskCompletionSource<AttachDecision>(TaskCreationOptions.RunContinuationsAsynchronously);
            await _around.TellAsync(new AttachEvent.Identified(this, device, identity, connection.LocalEndPoint.Port, answer));
            switch (await answer.Task.WaitAsync(either.Token))
            {
                case AttachDecision.Refuse refuse: return new AttachOutcome.Refused(refuse.Reason);
                case AttachDecision.Attach verdict:
                    step = "attaching";
                    return await new PortSession(
                        this, _around, _kernelChanged, connection, device, identity, roundTrip, verdict).RunAsync(deadline, cancellation);
                default: return new AttachOutcome.LetGo();
            }
        }
        catch (UsbIpConnectException e)
        {
            return new AttachOutcome.Unreachable(e.Message);
        }
        catch (UsbIpRefusedException e)
        {
            return new AttachOutcome.NotGiven(e.Status);
        }
        catch (TimeoutException e)
        {
            // No answer to the SYN is the Pi's silence; silence after it is the export's, and once the stick was given the stick's.
            return step switch
            {
                "connecting" => new AttachOutcome.Unreachable(e.Message),
                Importing => new AttachOutcome.Failed(SlowPi.Reason(e.Message)) { PiSlow = true },
                _ => new AttachOutcome.Failed(e.Message),
            };
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new AttachOutcome.Cancelled();
        }
        catch (OperationCanceledException)
        {
            return new AttachOutcome.Failed($"{step}: not done within {AttachTimers.Attach.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is UsbIpException or IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException
            or FormatException)
        {
            return new AttachOutcome.Failed($"{step}: {e.Message}");
        }
#pragma warning disable CA1031 // What a peer can provoke and nobody foresaw must cost this radio an attempt, not all radios the service.
        catch (Exception e)
#pragma warning restore CA1031
        {
            AttachLog.Unforeseen(_around.Logger.About(PiId, BusId.ToString()), BusId.ToString(), PiId, e);
            return new AttachOutcome.Failed($"{step}: {e.Message}");
        }
    }
}
