using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Longwire.Link.Wire;
using Longwire.Platform;

namespace Longwire.Export.Link;

/// <summary>
/// Under which addresses this machine can be reached now, for the hosts that are connected: one that is told of another address in time
/// finds the Pi there when the first is gone.
/// </summary>
/// <param name="read">What the interfaces have now.</param>
internal sealed class AddressFeed(Func<ImmutableArray<InterfaceAddress>> read, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly AsyncAutoResetEvent _changes = new(time);
    private ImmutableArray<IPAddress> _current = [];
    private byte[]? _frame;
    private TaskCompletionSource _changed = New();

    /// <summary>An <see cref="AddressesFrame"/>: the same memory for as long as nothing has changed.</summary>
    public ReadOnlyMemory<byte> Frame
    {
        get
        {
            lock (_gate) return _frame ??= AddressesFrame.Encode(_current);
        }
    }

    /// <summary>Ends once <see cref="Frame"/> is another one.</summary>
    public Task WhenChangedAsync()
    {
        lock (_gate) return _changed.Task;
    }

    /// <summary>Something about the interfaces is new, perhaps an address.</summary>
    public void LookAgain() => _changes.Raise();

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Listen();
        try
        {
            while (true)
            {
                Look();
                await _changes.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
                // An interface that comes up says so several times.
                await Task.Delay(ExportTimers.AddressSettles, time, cancellationToken);
            }
        }
        finally
        {
            NetworkChange.NetworkAddressChanged -= Heard;
            NetworkChange.NetworkAvailabilityChanged -= Heard;
        }
    }

    // Before the first look: what changes after that one is heard. Some changes of IPv6 are told as changes of routes alone.
    private void Listen()
    {
        try
        {
            NetworkChange.NetworkAddressChanged += Heard;
            NetworkChange.NetworkAvailabilityChanged += Heard;
        }
        catch (Exception e) when (e is NetworkInformationException or SocketException)
        {
            // The kernel tells nothing here: what is found at the start is what hosts are told.
        }
    }

    private void Heard(object? sender, EventArgs e) => LookAgain();

    private void Look()
    {
        ImmutableArray<IPAddress> now;
        try
        {
            now = OwnAddresses.ForHosts(read(), AddressesFrame.MaxAddresses);
        }
        catch (Exception e) when (e is NetworkInformationException or SocketException or IOException or UnauthorizedAccessException)
        {
            // What was known stays, until the next change.
            return;
        }
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (now.SequenceEqual(_current)) return;
            (_current, _frame) = (now, null);
            (changed, _changed) = (_changed, New());
        }
        changed.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
