using System.Threading.Channels;
using Longwire.Export.Reconciling;
using Longwire.Link.Errors;
using Longwire.Link.Wire;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Link;

/// <summary>What one host asks to be set anew over its control connection, one after the other.</summary>
internal sealed class HostResets(StickRequests requests, Client.Host host)
{
    // A person presses a button; what fills this up is no person.
    private const int MostWaiting = 4;

    private readonly Channel<ResetFrame> _asked = Channel.CreateBounded<ResetFrame>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    /// <summary>On the reader's thread.</summary>
    /// <exception cref="LinkProtocolException">It asks for more before the last was answered than anybody needs.</exception>
    public void Ask(ResetFrame reset)
    {
        if (!_asked.Writer.TryWrite(reset)) throw new LinkProtocolException($"more than {MostWaiting} resets at once");
    }

    /// <summary>Until cancelled.</summary>
    /// <param name="answer">Takes the answer to the host.</param>
    public async Task RunAsync(Action<ResetAnswerFrame> answer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (ResetFrame reset in _asked.Reader.ReadAllAsync(cancellationToken))
            {
                ResetOutcome outcome = BusId.TryParseKernelName(reset.Subject, out BusId busId)
                    ? await requests.AskAsync(new StickReset(busId, reset.Step, host), cancellationToken)
                    : ResetOutcome.Gone;
                answer(new ResetAnswerFrame(reset.Subject, reset.Step, outcome));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The connection is over, and with it whoever wanted to know.
        }
    }
}
