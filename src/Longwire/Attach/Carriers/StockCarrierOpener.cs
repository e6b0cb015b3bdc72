using System.Net.Sockets;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Wire;

namespace Longwire.Attach.Carriers;

/// <summary>Connects to a Pi's usbipd and imports the stick.</summary>
internal sealed class StockCarrierOpener(TimeProvider time) : ICarrierOpener
{
    public async Task<ICarrier> OpenAsync(AttachRequest request, Action<string> step, CancellationToken cancellationToken)
    {
        UsbIpConnection? connection = null;
        try
        {
            step("connecting");
            connection = await ConnectAsync(request, cancellationToken);
            step("importing");
            var carrier = new StockCarrier(connection, await ImportAsync(connection, request, cancellationToken));
            connection = null;
            return carrier;
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private async Task<UsbIpConnection> ConnectAsync(AttachRequest request, CancellationToken cancellationToken)
    {
        var options = new ConnectOptions { SourcePort = request.LastCarrier.Value, TimeProvider = time };
        try
        {
            return await UsbIpConnection.ConnectAsync(request.Pi.EndPoint, options, cancellationToken);
        }
        catch (Exception e) when (e is UsbIpConnectException or TimeoutException)
        {
            throw new CarrierException(new AttachOutcome.Unreachable(e.Message), e);
        }
    }

    private static async Task<ExportedDevice> ImportAsync(
        UsbIpConnection connection, AttachRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ImportAsync(request.BusId, cancellationToken);
        }
        catch (UsbIpRefusedException e)
        {
            throw new CarrierException(new AttachOutcome.NotGiven(e.Status), e);
        }
        catch (TimeoutException e)
        {
            // No answer to the SYN is the Pi's silence; silence after it is the export's.
            throw new CarrierException(new AttachOutcome.Failed(SlowPi.Reason(e.Message)) { PiSlow = true }, e);
        }
    }
}
