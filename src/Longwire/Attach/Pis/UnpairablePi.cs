using System.Threading.Channels;
using Longwire.Link.Wire;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Pis;

/// <summary>A paired Pi that cannot be asked, because of something here that a person must put right.</summary>
internal sealed class UnpairablePi(string piId, string problem, ChannelWriter<AttachEvent> events) : IPiWatch, IDisposable
{
    public void AskEvery(TimeSpan? interval)
    {
    }

    public void AskNow()
    {
    }

    public ResetAsking Reset(BusId stick, ResetStep step) => ResetAsking.Unusable;

    public void Stop()
    {
    }

    public void Dispose()
    {
    }

    /// <summary>Says so, once.</summary>
    public async Task RunAsync() => await events.WriteAsync(
        new AttachEvent.PiSilent(piId, problem) { Manner = PiSilenceKind.NotLetIn });
}
