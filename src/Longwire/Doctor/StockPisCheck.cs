using System.Net.Sockets;
using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;

namespace Longwire.Doctor;

/// <summary>Pis without a pairing code: each is asked for its list, as attach asks, and nothing is imported.</summary>
internal sealed class StockPisCheck : ICheck
{
    private static readonly Question s_list = new("pi_list", "The Pi's list of sticks was read.");

    public Question Question { get; } = new("pi_reachable", "The Pis without a pairing code were asked for their lists.");

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        IEnumerable<PiOptions> pis = context.Attach!.Pis.Where(pi => pi.Pairing is null);
        Finding[][] found = await Task.WhenAll(pis.Select(pi => AskAsync(pi, context, cancellationToken)));
        return [.. found.SelectMany(findings => findings)];
    }

    private static async Task<Finding[]> AskAsync(PiOptions pi, DoctorContext context, CancellationToken cancellationToken)
    {
        var questions = new PiQuestions(pi);
        bool accepted = false;
        try
        {
            DeviceList list = await UsbIpClient.AskAsync(
                pi.StockEndPoint,
                new ConnectOptions { TimeProvider = context.Time, Timeout = context.PiWithin },
                async connection =>
                {
                    accepted = true;
                    using (connection) return await connection.ListAsync(cancellationToken);
                },
                cancellationToken);
            return Answered(PiOffers.Of(list), pi, questions);
        }
        catch (UsbIpConnectException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return [questions.NothingListens()];
        }
        catch (UsbIpClosedException e) when (e.Unanswered)
        {
            return
            [
                questions.Reachable.Problem(
                    $"{pi.DisplayName} takes the connection and closes it without an answer: it does not let this machine in, or has no "
                        + "place.",
                    $"On {pi.DisplayName} put this machine's address into stock.allow (LONGWIRE_STOCK_ALLOW); its log names the address. "
                        + "Better, pair the two: 'sudo longwire pair' there"),
            ];
        }
        catch (TimeoutException) when (accepted)
        {
            return
            [
                questions.Reachable.Problem(
                    $"{pi.DisplayName} takes the connection and says nothing: what serves its sticks hangs, or the machine has too much "
                        + "to do.",
                    "Restart that there: 'sudo systemctl restart longwire-export', 'docker compose restart', or 'sudo systemctl restart "
                        + "usbipd'"),
            ];
        }
        catch (UsbIpException e) when (e is not UsbIpConnectException)
        {
            return
            [
                questions.Reachable.Problem(
                    $"Something answers there that is not understood: {Short(e)}.",
                    $"See that {pi.EndPoint.Host} is {pi.DisplayName}, and that usbipd or longwire export has port {pi.EndPoint.Port} "
                        + "there"),
            ];
        }
        catch (Exception e) when (e is TimeoutException or IOException or SocketException)
        {
            return [questions.NotReached(Short(e))];
        }
    }

    private static Finding[] Answered(PiOffers offers, PiOptions pi, PiQuestions questions)
    {
        Question list = s_list.About(pi.DisplayName);
        int sticks = offers.Offers.Length + (offers.Notice?.Entries.Length ?? 0);
        string count = sticks == 1 ? "one stick" : $"{sticks} sticks";
        Finding seen = sticks > 0
            ? list.Ok($"{pi.DisplayName} names {count}.")
            : list.Note(
                $"{pi.DisplayName} has no stick to give. A stock usbipd does not name those that are in use.",
                $"If no radio of it is attached, see on {pi.DisplayName} that the stick is plugged in and bound: 'sudo longwire list', "
                    + "'usbip list -l'");
        Finding reachable = questions.Reachable.Ok($"{pi.DisplayName} answers.");
        return offers.Notice is { } notice ? [reachable, questions.Version(notice.Version), seen] : [reachable, seen];
    }

    private static string Short(Exception e) => e.Message.TrimEnd('.');
}
