using System.Threading.Channels;
using Longwire.Export.Reconciling;
using Longwire.Link.Errors;
using Longwire.Link.Wire;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Link;

/// <summary>
/// What one host asks to be set anew over its control connection: each from the moment at which it is heard, beside the others, for
/// the host waits for each from then on, and takes the stick back when it does so no longer.
/// </summary>
internal sealed class HostResets(StickRequests requests, Client.Host host, TimeProvider time)
{
    // More sticks than one host has of a Pi. What is beyond is told so.
    private const int MostAtOnce = 16;

    // A person presses buttons; what asks more often is no person.
    private const int MostInAMinute = 64;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly Channel<ResetFrame> _asked = Channel.CreateBounded<ResetFrame>(
        new BoundedChannelOptions(MostInAMinute) { SingleReader = true });

    private long _countedFrom = time.GetTimestamp();
    private int _count;

    /// <summary>On the reader's thread.</summary>
    /// <exception cref="LinkProtocolException">It asks far more often than anybody needs.</exception>
    public void Ask(ResetFrame reset)
    {
        if (time.GetElapsedTime(_countedFrom) >= s_minute) (_countedFrom, _count) = (time.GetTimestamp(), 0);
        if (++_count > MostInAMinute || !_asked.Writer.TryWrite(reset))
            throw new LinkProtocolException($"more than {MostInAMinute} resets in a minute");
    }

    /// <summary>Until cancelled.</summary>
    /// <param name="answer">Takes the answer to the host; called from any thread.</param>
    public async Task RunAsync(Action<ResetAnswerFrame> answer, CancellationToken cancellationToken)
    {
        List<Task> underWay = [];
        try
        {
            await foreach (ResetFrame reset in _asked.Reader.ReadAllAsync(cancellationToken))
            {
                // One that has failed stays, and is found at the end.
                underWay.RemoveAll(task => task.IsCompletedSuccessfully);
                if (underWay.Count < MostAtOnce) underWay.Add(SetAnewAsync(reset, answer, cancellationToken));
                else answer(new ResetAnswerFrame(reset.Subject, reset.Step, ResetOutcome.NotServed));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The connection is over, and with it whoever wanted to know.
        }
        await Task.WhenAll(underWay);
    }

    private async Task SetAnewAsync(ResetFrame reset, Action<ResetAnswerFrame> answer, CancellationToken cancellationToken)
    {
        try
        {
            ResetOutcome outcome = BusId.TryParseKernelName(reset.Subject, out BusId busId)
                ? await requests.AskAsync(new StickReset(busId, reset.Step, host), cancellationToken)
                : ResetOutcome.Gone;
            answer(new ResetAnswerFrame(reset.Subject, reset.Step, outcome));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // As above.
        }
    }
}
