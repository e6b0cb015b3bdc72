using System.Net;
using System.Net.Sockets;
using Longwire.Export;

namespace Longwire.Tests.Export.Reconciling;

/// <summary>What carries a stick to a client, and ends when a test says so.</summary>
internal sealed class PlayedCarrier : ISessionCarrier, IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _wasAskedToEnd;

    public Client Client { get; } = new Client.Address(IPAddress.Loopback);
    public Socket KernelEnd { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    public Task Ended => _ended.Task;
    public bool WasAskedToEnd => _wasAskedToEnd;

    public void Fail(Exception fault) => _ended.SetException(fault);

    public void End() => _wasAskedToEnd = true;

    public bool TryTakeFrom(ISessionCarrier other) => false;

    public void Dispose() => KernelEnd.Dispose();
}
