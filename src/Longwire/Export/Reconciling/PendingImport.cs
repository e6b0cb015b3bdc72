using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <param name="Offer">What is served now. Set if and only if the status is <see cref="UsbIpStatus.Ok"/>.</param>
internal readonly record struct ImportAnswer(UsbIpStatus Status, Offer? Offer);

/// <summary>
/// A client that wants a stick. What becomes of it is decided by whoever is first: the reconciler, which hands what it is carried over to
/// the kernel, or its carrier, because the client did not wait.
/// </summary>
internal sealed class PendingImport(BusId busId, ISessionCarrier carrier)
{
    private const int Waiting = 0;
    private const int TakenByKernel = 1;
    private const int Abandoned = 2;

    private readonly TaskCompletionSource<ImportAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fate = Waiting;

    public BusId BusId => busId;
    public ISessionCarrier Carrier => carrier;
    public bool IsAbandoned => Volatile.Read(ref _fate) == Abandoned;
    public Task<ImportAnswer> Answer => _answer.Task;

    /// <summary>The reconciler's: from here on the client cannot leave unseen. An answer must follow.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _fate, TakenByKernel, Waiting) == Waiting;

    /// <summary>The carrier's: false if the reconciler was first, whose answer is then to be waited for.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _fate, Abandoned, Waiting) == Waiting;

    public void Accept(Offer offer) => _answer.TrySetResult(new ImportAnswer(UsbIpStatus.Ok, offer));

    /// <summary>Says nothing to one that was answered.</summary>
    public void Refuse(UsbIpStatus status) => _answer.TrySetResult(new ImportAnswer(status, null));
}
