using System.Net.Sockets;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Proxy;

namespace Longwire.Attach.Carriers;

/// <summary>Connects to a Pi's usbipd and imports the stick.</summary>
internal sealed class StockCarrierOpener(TimeProvider time) : ICarrierOpener
{
    public async Task<ICarrier> OpenAsync(AttachRequest request, Action<string> step, CancellationToken cancellationToken)
    {
        StockCarrier stock = await ImportAsync(request, request.LastCarrier, step, cancellationToken);
        if (request.Hold == TimeSpan.Zero) return stock;
        var reseat = new Reseat(
            async (at, last, giveUp) =>
                new StockFarSession(await ImportAsync(request with { BusId = at }, last, static _ => { }, giveUp), time),
            request.Replug,
            "the Pi says that it has no such stick any more",
            time)
        {
            Lasts = request.IsContended ? AttachTimers.Uncontended : AttachTimers.ReseatLasts,
        };
#pragma warning disable CA2000 // It is the carrier's, which is the caller's.
        var first = new StockFarSession(stock, time);
#pragma warning restore CA2000
        return new HeldCarrier(first, new Lock(), reseat, request.Hold, new UrbProxyOptions { Stale = request.Stale }, time);
    }

    private async Task<StockCarrier> ImportAsync(
        AttachRequest request, CarrierMemory last, Action<string> step, CancellationToken cancellationToken)
    {
        var options = new ConnectOptions { SourcePort = last.Value, TimeProvider = time };
        bool connected = false;
        step("connecting");
        try
        {
            return await UsbIpClient.AskAsync(
                request.Pi.StockEndPoint,
                options,
                async connection =>
                {
                    connected = true;
                    step("importing");
                    return new StockCarrier(connection, await connection.ImportAsync(request.BusId, cancellationToken));
                },
                cancellationToken);
        }
        catch (Exception e) when (e is UsbIpConnectException || (e is TimeoutException && !connected))
        {
            throw new CarrierException(new AttachOutcome.Unreachable(e.Message), e);
        }
        catch (UsbIpRefusedException e)
        {
            throw new CarrierException(new AttachOutcome.NotGiven(e.Status), e);
        }
        catch (UsbIpClosedException e) when (e.Unanswered)
        {
            throw new CarrierException(new AttachOutcome.Failed(Unanswered(e.Message)), e);
        }
        catch (TimeoutException e)
        {
            // No answer to the SYN is the Pi's silence; silence after it is the export's.
            throw new CarrierException(new AttachOutcome.Failed(SlowPi.Reason(e.Message)) { PiSlow = true }, e);
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    // Its list it gave us, most likely: so it is about this stick, or about the number of our connections.
    private static string Unanswered(string detail) =>
        "the Pi took the request for it and closed the connection without an answer: somebody else has it, or what serves it there failed; "
            + $"see the log there ({detail})";
}
