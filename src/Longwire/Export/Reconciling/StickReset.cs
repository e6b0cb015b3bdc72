using Longwire.Link.Wire;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <summary>
/// A host that wants a stick set anew. What becomes of it is decided by whoever is first: the reconciler, which begins with it, or the
/// host's own connection, because that did not wait.
/// </summary>
internal sealed class StickReset(BusId busId, ResetStep step, Client.Host host)
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Abandoned = 2;

    private readonly TaskCompletionSource<ResetOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fate = Waiting;

    public BusId BusId => busId;
    public ResetStep Step => step;
    public Client.Host Host => host;
    public Task<ResetOutcome> Outcome => _outcome.Task;

    /// <summary>The reconciler's: from here on an answer must follow.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _fate, Taken, Waiting) == Waiting;

    /// <summary>The connection's: false if it has begun.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _fate, Abandoned, Waiting) == Waiting;

    /// <summary>Says nothing to one that was answered.</summary>
    public void Answer(ResetOutcome outcome) => _outcome.TrySetResult(outcome);
}
