using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Testing;

namespace Longwire.Lab.Consumers;

/// <summary>
/// A program that has a radio, on a host: what people run, with a word added for each read and write of its tty. It carries out commands
/// by number, and runs until it is disposed, or ends by itself.
/// </summary>
internal sealed class Consumer : IAsyncDisposable
{
    private const string Programs = "/run/consumers";

    private readonly Host _host;
    private readonly ConsumerKind _kind;
    private readonly string _folder;
    private int _commands;

    private Consumer(Host host, ConsumerKind kind, string folder, GuestProcess process) =>
        (_host, _kind, _folder, Process) = (host, kind, folder, process);

    public GuestProcess Process { get; }

    public bool HasEnded => Process.Exited.IsCompleted;

    /// <summary>Starts it on a tty, and leaves it to its start.</summary>
    public static async Task<Consumer> StartAsync(Host host, ConsumerKind kind, string tty)
    {
        string folder = $"/run/lab/{kind.Name.Replace(' ', '-')}";
        await host.RunAsync($"""
            grep -q ' {Programs} ' /proc/mounts || {"{"} modprobe -a 9p 9pnet_virtio && mkdir -p {Programs} &&
              mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 consumers {Programs}; {"}"}
            rm -rf {folder} && mkdir -p {folder} && mkfifo {folder}/commands
            """);
        GuestProcess process = await host.StartProcessAsync(
            $"env LD_LIBRARY_PATH={Programs}/lib {Programs}/node {Programs}/bundles/{kind.Program} {tty} {folder} <>{folder}/commands");
        return new Consumer(host, kind, folder, process);
    }

    /// <summary>Waits until it takes commands. Emulation makes it twenty times slower than in a house.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task UntilReadyAsync()
    {
        Task<ProcessLine> ready = Process.WaitForLineAsync("ready", Deadlines.Boot);
        if (await Task.WhenAny(ready, Process.Exited) == Process.Exited && !ready.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException($"{_kind.Name} ended with exit code {await Process.Exited} instead of starting.");
        }
        await ready;
    }

    /// <summary>Gives it a command; into the void if it has ended.</summary>
    /// <returns>Its number.</returns>
    public async Task<int> AskAsync()
    {
        int number = ++_commands;
        await _host.RunAsync(string.Create(CultureInfo.InvariantCulture, $"echo {number} 1<>{_folder}/commands"));
        return number;
    }

    /// <summary>What became of a command: null while it is under way.</summary>
    public CommandEnd? EndOf(int number)
    {
        string done = string.Create(CultureInfo.InvariantCulture, $"command {number} done");
        string failed = string.Create(CultureInfo.InvariantCulture, $"command {number} failed: ");
        ProcessLine? end = Process.Lines.FirstOrDefault(
            line => line.Text == done || line.Text.StartsWith(failed, StringComparison.Ordinal));
        return end is null ? null : new CommandEnd(end.Timestamp, end.Text == done ? null : end.Text[failed.Length..]);
    }

    /// <summary>Everything that it wrote to its tty until now, frame by frame, with the host's clock at the write.</summary>
    public IReadOnlyList<(TimeSpan At, byte[] Bytes)> Written()
    {
        IFrameReader reader = _kind.NewReader();
        List<(TimeSpan, byte[])> frames = [];
        foreach ((TimeSpan at, byte[] bytes) in OnTty("W"))
        {
            foreach (byte next in bytes)
            {
                if (reader.Take(next) is { } frame) frames.Add((at, frame));
            }
        }
        return frames;
    }

    /// <summary>Every write to its tty (W) or read from it (R), with the host's clock.</summary>
    public IEnumerable<(TimeSpan At, byte[] Bytes)> OnTty(string way)
    {
        foreach (ProcessLine line in Process.Lines)
        {
            if (line.Text.Split(' ') is not ["tty", var which, var seconds, var hex] || which != way) continue;
            yield return (_host.FromUptime(double.Parse(seconds, CultureInfo.InvariantCulture)), Convert.FromHexString(hex));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasEnded) await Process.KillAsync();
    }
}

/// <param name="At">When it was said, as a timestamp.</param>
/// <param name="Failure">Null: it was done.</param>
internal sealed record CommandEnd(long At, string? Failure);
