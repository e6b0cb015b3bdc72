using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Longwire.Attach.Memory;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Vhci;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Ports;

/// <summary>
/// Holds authorized_default of vhci's root hubs at 0, so that what we attach stands there without a driver until it was looked at, and
/// puts back what was found there.
/// </summary>
/// <remarks>
/// The setting is shared with every other user of vhci and outlives us. A kill -9 leaves no chance to put it back, and then the next
/// stranger's device would get no driver. So a shell waits on a pipe from us: when we end, however we end, it puts the values back. What
/// even that cannot cover (a container killed with all its processes) is remembered on disk and put back at the next start.
/// </remarks>
/// <param name="remember">
/// Called with all that was found, when a hub turns up after the start; returns when it is on disk, or could not be.
/// </param>
internal sealed class HubAuthorization(
    AttachKernel kernel, Func<HubAuthorizationMemory, CancellationToken, Task> remember, ILogger logger) : IAsyncDisposable
{
    // Signals to the process group are for us to answer; the shell answers to the end of its pipe alone.
    // "cat" ends with the pipe. $@: value path value path …
    private const string Script = "trap '' INT TERM HUP; cat >/dev/null; while [ $# -ge 2 ]; do echo \"$1\" > \"$2\"; shift 2; done";

    private const string Stopping = "Longwire is told to stop";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // Radios on different hubs come up at once, and each adds to what was found.
    [SuppressMessage("Usage", "CA2213", Justification = "Who comes late must find it; without a wait handle it holds nothing.")]
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<Process> _guards = [];

    // Of a life before this one: of a hub that cannot be read now, it is all that is known.
    private ImmutableSortedDictionary<string, int> _before = ImmutableSortedDictionary<string, int>.Empty;
    private bool _holdFailed;
    private volatile bool _ended;

    /// <summary>What was found: what a stranger's device gets.</summary>
    public ImmutableSortedDictionary<string, int> Found { get; private set; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>Called once every hub is held, if <see cref="Hold"/> could not hold them.</summary>
    public Action AllHeld { get; init; } = () => { };

    /// <summary>What could not be put back at the end, and is for the next start to put back; null: nothing.</summary>
    public HubAuthorizationMemory? Left { get; private set; }

    private ImmutableSortedDictionary<string, int> Known => _before.SetItems(Found);

    /// <summary>What must be remembered before <see cref="Hold"/>.</summary>
    /// <param name="remembered">From a life before this one; null if it ended well.</param>
    public HubAuthorizationMemory Look(HubAuthorizationMemory? remembered)
    {
        if (remembered?.BootId == kernel.BootId) _before = remembered.Found;
        ImmutableSortedDictionary<string, int>.Builder found = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (VhciRootHub hub in kernel.Vhci.ReadRootHubs())
        {
            if (VhciAuthorization.ReadDefault(hub) is { } value) found[hub.Name] = AsFound(hub, value);
        }
        Found = found.ToImmutable();
        return new HubAuthorizationMemory(kernel.BootId, Known);
    }

    /// <summary>Null when it is held; else a sentence for a person: no stick is attached until it is.</summary>
    public string? Hold()
    {
        List<VhciRootHub> hubs = [.. FoundHubs()];
        if (hubs.Count == 0) return null;
        StartGuard(hubs);
        string? why = WhyNotHeld(hubs);
        _holdFailed = why is not null;
        return why is null
            ? null
            : $"What turns up on vhci cannot be looked at before drivers bind ({why}), and so nothing is attached: run as root with a "
                + "writable /sys.";
    }

    /// <summary>
    /// Before each use of a hub: somebody may have written to it since, a late guard of an earlier life of ours included. Where it is not
    /// held, drivers would take a stick before it was looked at.
    /// </summary>
    /// <returns>Null: it is held. Else why not, and what to do: nothing may come up on the port then.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was written that is not remembered.</exception>
    public async Task<string?> EnsureHeldAsync(VhciPort port, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (kernel.Vhci.RootHubOf(port) is not { } hub)
            {
                return $"vhci_hcd has no root hub for its port {port.Number}: see the kernel's log (dmesg), then load the module again "
                    + "(modprobe -r vhci-hcd; modprobe vhci-hcd)";
            }
            string? why = await EnsureHeldAsync(hub, cancellationToken);
            if (why is null) HoldTheOthers();
            return why;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended) return;
        _ended = true;
        // Whoever is about to write a 0 does it before this, or not at all. Not for ever: one may hang on a slow disk.
        if (await _turn.WaitAsync(s_patience)) _turn.Release();
        foreach (Process guard in _guards)
        {
            try
            {
                guard.StandardInput.Close();
                await guard.WaitForExitAsync().WaitAsync(s_patience);
            }
            catch (Exception e) when (e is TimeoutException or IOException)
            {
                AttachLog.NoGuard(logger, e.Message);
            }
            guard.Dispose();
        }
        // The same values again: a guard that was killed before us has put back nothing.
        PutBack();
    }

    private async Task<string?> EnsureHeldAsync(VhciRootHub hub, CancellationToken cancellationToken)
    {
        if (VhciAuthorization.ReadDefault(hub) is not { } value)
        {
            return $"{NotHeld(hub)} cannot be read: run as root with a writable /sys, on a kernel that has this file";
        }
        if (!Found.ContainsKey(hub.Name))
        {
            // The module was loaded, or loaded again, after our start. Remembered before it is held, as at the start.
            ImmutableSortedDictionary<string, int> found = Found.Add(hub.Name, AsFound(hub, value));
            await remember(new HubAuthorizationMemory(kernel.BootId, _before.SetItems(found)), cancellationToken);
            if (_ended) return Stopping;
            Found = found;
            StartGuard([hub]);
        }
        if (_ended) return Stopping;
        try
        {
            if (value != 0) VhciAuthorization.WriteDefault(hub, 0);
        }
        catch (KernelRefusedException e)
        {
            return $"{NotHeld(hub)} cannot be set to 0 ({e.ErrorName}): run as root with a writable /sys";
        }
        return VhciAuthorization.ReadDefault(hub) is 0
            ? null
            : $"{NotHeld(hub)} does not stay 0: stop what writes it (USBGuard, a udev rule, a script)";
    }

    // /sys was mounted anew, and is writable now. What is said of all hubs must not wait until the ports of each are used.
    private void HoldTheOthers()
    {
        if (!_holdFailed || WhyNotHeld(FoundHubs()) is not null) return;
        _holdFailed = false;
        AllHeld();
    }

    private IEnumerable<VhciRootHub> FoundHubs() => kernel.Vhci.ReadRootHubs().Where(hub => Found.ContainsKey(hub.Name));

    private static string? WhyNotHeld(IEnumerable<VhciRootHub> hubs)
    {
        try
        {
            foreach (VhciRootHub hub in hubs) VhciAuthorization.WriteDefault(hub, 0);
            return null;
        }
        catch (KernelRefusedException e)
        {
            return e.Message;
        }
    }

    private static string NotHeld(VhciRootHub hub) =>
        $"drivers would take the stick before it was looked at, for {hub.Name}/authorized_default";

    // A 0 that we left there ourselves is not what was found.
    private int AsFound(VhciRootHub hub, int value) => value == 0 && _before.TryGetValue(hub.Name, out int before) ? before : value;

    private void StartGuard(List<VhciRootHub> hubs)
    {
        List<string> arguments = ["-c", Script, "longwire-guard"];
        foreach (VhciRootHub hub in hubs)
        {
            arguments.Add(Found[hub.Name].ToString(CultureInfo.InvariantCulture));
            arguments.Add(VhciAuthorization.DefaultPath(hub));
        }
        try
        {
            if (Process.Start(new ProcessStartInfo("/bin/sh", arguments) { RedirectStandardInput = true }) is { } guard) _guards.Add(guard);
        }
        catch (Win32Exception e)
        {
            AttachLog.NoGuard(logger, e.Message);
        }
    }

    private void PutBack()
    {
        ImmutableSortedDictionary<string, int> left = ImmutableSortedDictionary<string, int>.Empty;
        foreach (VhciRootHub hub in kernel.Vhci.ReadRootHubs())
        {
            if (!Known.TryGetValue(hub.Name, out int value)) continue;
            try
            {
                VhciAuthorization.WriteDefault(hub, value);
            }
            catch (KernelRefusedException e)
            {
                // With its hub the setting is gone.
                if (!Directory.Exists(hub.Folder)) continue;
                AttachLog.DefaultNotRestored(logger, hub.Name, e.Message);
                left = left.Add(hub.Name, value);
            }
        }
        if (!left.IsEmpty) Left = new HubAuthorizationMemory(kernel.BootId, left);
    }
}
