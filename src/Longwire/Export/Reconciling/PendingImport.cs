using System.Net.Sockets;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Export.Reconciling;

/// <param name="Device">Set if and only if the status is <see cref="UsbIpStatus.Ok"/>.</param>
internal readonly record struct ImportAnswer(UsbIpStatus Status, ExportedDevice? Device);

/// <summary>
/// A client that wants a stick. Its connection belongs to whoever is first: the reconciler, which hands it to the kernel, or the
/// connection's own task, which closes it because the client did not wait.
/// </summary>
internal sealed class PendingImport(BusId busId, Socket connection, string client)
{
    private const int Waiting = 0;
    private const int TakenByKernel = 1;
    private const int Abandoned = 2;

    private readonly TaskCompletionSource<ImportAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _fate = Waiting;

    public BusId BusId => busId;
    public Socket Connection => connection;
    public string Client => client;
    public bool IsAbandoned => Volatile.Read(ref _fate) == Abandoned;
    public Task<ImportAnswer> Answer => _answer.Task;

    /// <summary>The reconciler's: from here on the client cannot leave unseen. An answer must follow.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _fate, TakenByKernel, Waiting) == Waiting;

    /// <summary>The connection's: false if the reconciler was first, whose answer is then to be waited for.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref _fate, Abandoned, Waiting) == Waiting;

    public void Accept(ExportedDevice device) => _answer.TrySetResult(new ImportAnswer(UsbIpStatus.Ok, device));

    public void Refuse(UsbIpStatus status) => _answer.TrySetResult(new ImportAnswer(status, null));
}
