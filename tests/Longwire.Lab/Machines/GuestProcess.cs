using System.Globalization;

namespace Longwire.Lab.Machines;

/// <param name="Timestamp">
/// When it reached the test machine, as <see cref="TimeProvider.GetTimestamp"/>; see <see cref="Guest.ClockAt"/>.
/// </param>
public sealed record ProcessLine(long Timestamp, string Text);

/// <summary>A program that runs in a guest while the test goes on: its output as it comes, its end, and signals to it.</summary>
public sealed class GuestProcess
{
    private const string PidMark = "@@pid:";
    private const string ExitMark = "@@exit:";

    private readonly Guest _guest;
    private readonly Shell _shell;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<ProcessLine> _lines = [];
    private readonly TaskCompletionSource<int> _pid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private GuestProcess(Guest guest, string command, Shell shell, TimeProvider time)
    {
        _guest = guest;
        Command = command;
        _shell = shell;
        _time = time;
        Exited = ReadAsync();
    }

    public string Command { get; }

    public int Pid => _pid.Task.Result;

    /// <summary>The exit code (128 and the signal's number if a signal ended it); null if the guest was switched off under it.</summary>
    public Task<int?> Exited { get; }

    /// <summary>Standard output and standard error, line by line.</summary>
    public IReadOnlyList<ProcessLine> Lines
    {
        get { lock (_gate) return [.. _lines]; }
    }

    internal static async Task<GuestProcess> StartAsync(
        Guest guest, string command, Shell shell, TimeProvider time, CancellationToken cancellationToken)
    {
        string quoted = command.Replace("'", "'\\''", StringComparison.Ordinal);
        await shell.SendAsync(
            $"sh -c 'echo {PidMark}$$; exec {quoted}' </dev/null 2>&1 9<&-; printf '\\n{ExitMark}%d\\n' $?; exit\n", cancellationToken);
        var process = new GuestProcess(guest, command, shell, time);
        await process._pid.Task.WaitAsync(cancellationToken);
        return process;
    }

    /// <summary>Sends a signal, such as TERM, KILL, STOP or HUP.</summary>
    public Task SignalAsync(string signal) => _guest.RunAsync(string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {Pid}"));

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public async Task<int?> StopAsync(TimeSpan deadline)
    {
        if (!Exited.IsCompleted) await SignalAsync("TERM");
        try
        {
            return await Exited.WaitAsync(deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_guest.Name}: {Command} did not end within {deadline.TotalSeconds:0.0} s of SIGTERM.");
        }
    }

    /// <summary>Kills it as the kernel's out-of-memory killer would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await Exited;
    }

    /// <summary>The first line from <paramref name="from"/> on that contains the text, waited for until the deadline.</summary>
    public async Task<ProcessLine> WaitForLineAsync(
        string text, TimeSpan deadline, int from = 0, CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(deadline);
        while (true)
        {
            Task grown;
            lock (_gate)
            {
                ProcessLine? found = _lines.Skip(from).FirstOrDefault(line => line.Text.Contains(text, StringComparison.Ordinal));
                if (found is not null) return found;
                grown = _grown.Task;
            }
            try
            {
                await grown.WaitAsync(stop.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{_guest.Name}: {Command} did not say \"{text}\" within {deadline.TotalSeconds:0.0} s.");
            }
        }
    }

    private async Task<int?> ReadAsync()
    {
        using (_shell)
        {
            while (await _shell.ReadLineAsync(CancellationToken.None) is { } line)
            {
                if (line.StartsWith(PidMark, StringComparison.Ordinal))
                {
                    _pid.TrySetResult(int.Parse(line[PidMark.Length..], CultureInfo.InvariantCulture));
                }
                else if (line.StartsWith(ExitMark, StringComparison.Ordinal))
                {
                    return int.Parse(line[ExitMark.Length..], CultureInfo.InvariantCulture);
                }
                else if (line.Length > 0)
                {
                    Add(new ProcessLine(_time.GetTimestamp(), line));
                }
            }
            _pid.TrySetException(new IOException($"{_guest.Name} was switched off."));
            return null;
        }
    }

    private void Add(ProcessLine line)
    {
        TaskCompletionSource grown;
        lock (_gate)
        {
            _lines.Add(line);
            grown = _grown;
            _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        grown.SetResult();
    }
}
