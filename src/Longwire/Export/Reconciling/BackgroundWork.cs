using Longwire.UsbIp.Usb;

namespace Longwire.Export.Reconciling;

/// <summary>
/// Tasks that one owner starts beside its loop and awaits before it ends. What they expect to go wrong they report themselves; anything
/// else is a fault of ours and goes to the owner, at once.
/// </summary>
internal sealed class BackgroundWork(Action<Exception> onFault)
{
    private readonly List<(BusId About, Task Task)> _running = [];

    /// <summary>Called by the owner's loop only.</summary>
    /// <param name="about">Whose work it is: one that hangs holds up no other stick's.</param>
    public void Run(BusId about, Func<Task> body)
    {
        _running.RemoveAll(work => work.Task.IsCompleted);
        _running.Add((about, Task.Run(() => GuardAsync(body))));
    }

    /// <summary>All that were started. They never fault.</summary>
    public Task WhenAllEnded() => Task.WhenAll(_running.Select(work => work.Task));

    /// <summary>Those that were started for one stick. They never fault.</summary>
    public Task WhenEnded(BusId about) => Task.WhenAll(_running.Where(work => work.About == about).Select(work => work.Task));

    private async Task GuardAsync(Func<Task> body)
    {
        try
        {
            await body();
        }
        catch (OperationCanceledException)
        {
            // The owner stops.
        }
#pragma warning disable CA1031 // Handed to the owner, whose loop throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            onFault(e);
        }
    }
}
