using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Longwire.Testing;

/// <summary>
/// A program on the test machine that cannot outlive the test: it is killed when this process ends, however that happens. The leash
/// is a pipe that only this process holds open. It has a session of its own: Ctrl-C on the terminal is for us to hear, and for us to
/// end it in good order.
/// </summary>
internal sealed class LeashedProcess : IAsyncDisposable
{
    private const string Leash = """exec 3<&0; "$@" </dev/null >&2 & pid=$!; echo $pid; { cat <&3; kill -9 $pid; } >/dev/null 2>&1 & exec 3<&-; wait $pid""";
    private const int CharactersKept = 200_000;

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private int _lines;

    private LeashedProcess(Process process, int pid)
    {
        _process = process;
        Pid = pid;
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>The program's own process id.</summary>
    public int Pid { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to standard output and standard error.</summary>
    public string Said
    {
        get { lock (_said) return _said.ToString(); }
    }

    /// <summary>How many lines that were in all, those no longer kept included.</summary>
    public int LinesSaid => Volatile.Read(ref _lines);

    public static async Task<LeashedProcess> StartAsync(string program, params IEnumerable<string> arguments)
    {
        var process = Process.Start(new ProcessStartInfo("setsid", ["/bin/sh", "-c", Leash, "leash", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{program} did not start.");
        string? pid = await process.StandardOutput.ReadLineAsync();
        return new LeashedProcess(process, int.Parse(pid ?? "", CultureInfo.InvariantCulture));
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken = default) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Kills it and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        Interlocked.Increment(ref _lines);
        lock (_said)
        {
            if (_said.Length > CharactersKept) _said.Remove(0, CharactersKept / 2);
            _said.AppendLine(line);
        }
    }
}
