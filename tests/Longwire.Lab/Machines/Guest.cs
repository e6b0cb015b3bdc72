using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Longwire.Lab.Network;
using Longwire.Testing;

namespace Longwire.Lab.Machines;

/// <summary>
/// A virtual machine on a real kernel. It is driven through shells on a card of its own, so that whatever a test does to the house's
/// network, and whatever hangs in the guest's USB, commands still come through. Safe to use from several tasks at once.
/// </summary>
public abstract partial class Guest : IAsyncDisposable
{
    // How long the first attempt to reach a guest that boots is waited for, and how much longer each next one.
    private static readonly TimeSpan FirstAttempt = TimeSpan.FromMilliseconds(500);
    private const double AttemptGrowth = 1.2;

    private readonly Machine _machine;
    private readonly string _folder;
    private readonly IReadOnlyList<int> _forwardedPorts;
    private readonly ConcurrentBag<Shell> _idle = [];
    private readonly List<GuestProcess> _processes = [];
    private readonly Lock _gate = new();
    private Emulator? _emulator;
    private Task _kernelLogReading = Task.CompletedTask;
    private GuestClock _clock = GuestClock.Unknown;

    private protected Guest(Machine machine, Cable cable, string labFolder, TimeProvider time, params IReadOnlyList<int> forwardedPorts)
    {
        _machine = machine;
        _folder = Path.Combine(labFolder, machine.Name);
        _forwardedPorts = forwardedPorts;
        Cable = cable;
        Time = time;
    }

    public string Name => _machine.Name;

    /// <summary>amd64 or arm64.</summary>
    public string Architecture => _machine.Architecture;

    /// <summary>On the house's network, behind the switch.</summary>
    public IPAddress Address => _machine.Address;

    public Cable Cable { get; }

    public KernelLog Kernel { get; } = new();

    public bool IsOn => _emulator is { HasExited: false };

    /// <summary>Programs started by <see cref="StartProcessAsync"/> since the last reset, ended ones too.</summary>
    public IReadOnlyList<GuestProcess> Processes
    {
        get { lock (_gate) return [.. _processes]; }
    }

    protected TimeProvider Time { get; }

    /// <summary>The guest's clock now: time since it was switched on, as its kernel counts.</summary>
    public TimeSpan Now => ClockAt(Time.GetTimestamp());

    /// <summary>What the guest's clock showed at a moment of the test machine's clock, to about 10 ms.</summary>
    public TimeSpan ClockAt(long timestamp) => _clock.At(timestamp, Time);

    /// <summary>The guest's clock at a moment that a script in it read from /proc/uptime.</summary>
    public TimeSpan FromUptime(double seconds) => _clock.FromUptime(seconds);

    /// <summary>Switches it on and waits until it obeys. Nothing to do if it is on.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsOn) return;
        Directory.CreateDirectory(_folder);
        string disk = Path.Combine(_folder, "disk");
        if (!File.Exists(disk)) File.Copy(Path.Combine(LabFolders.Images, "empty-disk"), disk);
        if (_emulator is not null) await _emulator.DisposeAsync();
        Kernel.Clear();
        _emulator = await Emulator.StartAsync(_machine, Cable, _folder, _forwardedPorts);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Deadlines.Boot);
        try
        {
            _idle.Add(await FirstShellAsync(_emulator, stop.Token));
            _kernelLogReading = Kernel.FollowAsync(await NewShellAsync(stop.Token), stop.Token);
            _clock = await GuestClock.ReadAsync(this, Time);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{Name} did not come up within {Deadlines.Boot.TotalSeconds} s.\n{await DescribeAsync()}");
        }
    }

    /// <summary>Pulls the plug: nothing is written back, nobody is told.</summary>
    public async Task PowerOffAsync()
    {
        if (_emulator is not null) await _emulator.DisposeAsync();
        _emulator = null;
        await ForgetConnectionsAsync();
    }

    /// <summary>Stops what runs, as an init system would, and switches off.</summary>
    public async Task ShutDownAsync()
    {
        await RunAsync("/lab/shutdown >/dev/null 2>&1 &");
        await _emulator!.WaitForExitAsync(CancellationToken.None).WaitAsync(Deadlines.Boot);
        await PowerOffAsync();
    }

    /// <summary>Runs a script and returns its exit code and output.</summary>
    public async Task<ShellResult> TryRunAsync(string script, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(deadline ?? Deadlines.Patience);
        Shell? shell = null;
        try
        {
            if (!_idle.TryTake(out shell)) shell = await NewShellAsync(stop.Token);
            ShellResult result = await shell.RunAsync(script, stop.Token);
            _idle.Add(shell);
            return result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What the script does in the guest goes on; only this shell is of no more use.
            shell?.Dispose();
            throw new TimeoutException($"{Name}: this did not end within {(deadline ?? Deadlines.Patience).TotalSeconds:0.0} s: {script}");
        }
        catch
        {
            shell?.Dispose();
            throw;
        }
    }

    /// <summary>Runs a script and returns its output.</summary>
    /// <exception cref="GuestCommandException">It did not end with exit code 0.</exception>
    public async Task<string> RunAsync(string script, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        ShellResult result = await TryRunAsync(script, deadline, cancellationToken);
        if (result.ExitCode == 0) return result.Output;
        throw new GuestCommandException($"{Name}: exit code {result.ExitCode} from: {script}\n{result.Output}");
    }

    /// <summary>
    /// Waits until a shell condition holds, such as <c>[ -e /dev/ttyACM0 ]</c>. The waiting is done in the guest, every 20 ms, and the
    /// deadline is on its clock.
    /// </summary>
    /// <param name="what">What is waited for, in words, for the message if it does not come.</param>
    /// <returns>The guest's clock when it held.</returns>
    public async Task<TimeSpan> WaitForAsync(
        string condition, TimeSpan deadline, string? what = null, CancellationToken cancellationToken = default)
    {
        string script = string.Create(CultureInfo.InvariantCulture, $$"""
            read u _ </proc/uptime; end=$((${u%.*}${u#*.} + {{(long)(deadline.TotalMilliseconds / 10)}}))
            until { {{condition}}
            } >/dev/null 2>&1; do
              read u _ </proc/uptime; [ ${u%.*}${u#*.} -lt $end ] || exit 124
              read -t 0.02 _ <&9
            done
            read u _ </proc/uptime; echo $u
            """);
        ShellResult result = await TryRunAsync(script, deadline + Deadlines.Patience, cancellationToken);
        if (result.ExitCode == 0 && double.TryParse(result.Output, CultureInfo.InvariantCulture, out double uptime))
        {
            return _clock.FromUptime(uptime);
        }
        throw new TimeoutException($"{Name}: not within {deadline.TotalSeconds:0.0} s: {what ?? condition}");
    }

    /// <summary>
    /// Starts a program that runs on while the test does other things. What it says is kept, and shown if the test fails.
    /// </summary>
    public async Task<GuestProcess> StartProcessAsync(string command, CancellationToken cancellationToken = default)
    {
        GuestProcess process = await GuestProcess.StartAsync(
            this, command, await NewShellAsync(cancellationToken), Time, cancellationToken);
        lock (_gate) _processes.Add(process);
        return process;
    }

    /// <summary>Waits for a character device, or until udev has made a link to it, such as /dev/serial/by-id/usb-….</summary>
    public Task<TimeSpan> WaitForDeviceAsync(string path, TimeSpan deadline, CancellationToken cancellationToken = default) =>
        WaitForAsync($"[ -c {path} ]", deadline, $"{path} is there", cancellationToken);

    /// <summary>
    /// Opens a character device for reading and writing, raw. A name that udev gives comes a moment after the tty itself, and is waited
    /// for.
    /// </summary>
    public async Task<GuestStream> OpenAsync(string path, CancellationToken cancellationToken = default)
    {
        await WaitForDeviceAsync(path, Deadlines.Patience, cancellationToken);
        return await GuestStream.OpenAsync(this, path, await NewShellAsync(cancellationToken), cancellationToken);
    }

    public async Task WriteFileAsync(string path, string text)
    {
        string encoded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
        await RunAsync($"mkdir -p $(dirname {path}) && echo {encoded} | base64 -d >{path}.new && mv {path}.new {path}");
    }

    public Task<string> ReadFileAsync(string path) => RunAsync($"cat {path}");

    /// <param name="name">As /sys/module spells it, with underscores.</param>
    public async Task<bool> HasModuleAsync(string name) => (await TryRunAsync($"[ -d /sys/module/{name} ]")).ExitCode == 0;

    /// <summary>Brings the guest back to how it was after its start, and checks that it is.</summary>
    /// <exception cref="GuestCommandException">
    /// Something a test left behind cannot be removed; the guest was switched off, to start afresh.
    /// </exception>
    internal async Task ResetAsync()
    {
        if (!IsOn)
        {
            // A guest that a test left off must not bring back what its disk remembers.
            await PutAwayAsync();
            ForgetDisk();
            Forget();
            return;
        }
        KernelLine? damage = Kernel.Damage().FirstOrDefault();
        ShellResult? result = null;
        try
        {
            if (damage is null)
            {
                result = await TryRunAsync("/lab/reset", Deadlines.Boot);
                await PutAwayAsync();
                // What the kernel said of the reset itself comes before this.
                if (result.ExitCode == 0) await Kernel.WaitForAsync("lab: in order again", TimeSpan.Zero, Deadlines.Patience);
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            result = new ShellResult(-1, e.Message);
        }
        damage ??= Kernel.Damage().FirstOrDefault();
        if (result is { ExitCode: 0 } && damage is null)
        {
            Forget();
            return;
        }
        string description = await DescribeAsync();
        await PowerOffAsync();
        await PutAwayAsync();
        ForgetDisk();
        Forget();
        throw new GuestCommandException(damage is null
            ? $"{Name} could not be brought back to how it was, and was switched off: {result!.Output}\n{description}"
            : $"{Name}: the kernel took damage: {damage.Message}\n{description}");
    }

    internal IPEndPoint Forwarded(int port) => _emulator!.Forwarded[port];

    internal IPEndPoint FtdiAddress => _emulator!.FtdiAddress;

    /// <summary>What a guest's own class remembers of a test.</summary>
    protected virtual void Forget()
    {
        lock (_gate) _processes.Clear();
        // The next test asks what the kernel said in its own time.
        Kernel.Clear();
    }

    /// <summary>What a test held in its hand and the reset in the guest does not reach.</summary>
    private protected virtual Task PutAwayAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await PowerOffAsync();
        await PutAwayAsync();
        GC.SuppressFinalize(this);
    }

    private void ForgetDisk()
    {
        if (Directory.Exists(_folder)) File.Delete(Path.Combine(_folder, "disk"));
    }

    private async Task<Shell> FirstShellAsync(Emulator emulator, CancellationToken cancellationToken)
    {
        TimeSpan patience = FirstAttempt;
        while (true)
        {
            if (emulator.HasExited) throw new IOException($"{Name}'s emulator ended at once: {emulator.Complaints}");
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            attempt.CancelAfter(patience);
            try
            {
                return await Shell.ConnectAsync(emulator.ShellAddress, attempt.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.Sockets.SocketException
                && !cancellationToken.IsCancellationRequested)
            {
                // The emulator accepts before the guest listens; then it closes, or nothing comes back.
                await Task.Delay(TimeSpan.FromMilliseconds(30), Time, cancellationToken);
            }
            // Longer after each that was missed: a guest that is slow enough to miss one would miss all that are as short.
            if (attempt.IsCancellationRequested && patience < Deadlines.Patience) patience *= AttemptGrowth;
        }
    }

    private Task<Shell> NewShellAsync(CancellationToken cancellationToken) =>
        _emulator is { HasExited: false } emulator
            ? Shell.ConnectAsync(emulator.ShellAddress, cancellationToken)
            : Task.FromException<Shell>(new IOException($"{Name} is off."));

    private async Task ForgetConnectionsAsync()
    {
        while (_idle.TryTake(out Shell? shell)) shell.Dispose();
        await _kernelLogReading;
        foreach (GuestProcess process in Processes) await process.Exited;
    }
}
