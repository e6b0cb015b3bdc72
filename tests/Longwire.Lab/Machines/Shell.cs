using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Longwire.Lab.Machines;

/// <param name="Output">What it wrote to standard output and standard error, as one text, without the last line's end.</param>
public sealed record ShellResult(int ExitCode, string Output);

/// <summary>
/// One shell in a guest, kept open: a command costs a fork in the guest and no new process or connection. Runs one command at a time;
/// <see cref="Guest"/> keeps as many as are needed at once.
/// </summary>
internal sealed class Shell : IDisposable
{
    // While it waits, a shell reads from this pipe, which nobody writes to: a pause that costs no fork.
    private const string Greeting =
        "export PATH=/lab:/sbin:/usr/sbin:/bin:/usr/bin; mkfifo /run/lab/never 2>/dev/null; exec 9<>/run/lab/never; cd /";

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private int _commands;

    private Shell(Socket socket) => _socket = socket;

    public static async Task<Shell> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            var shell = new Shell(socket);
            await shell.SendAsync(Greeting + "\n", cancellationToken);
            await shell.RunAsync(":", cancellationToken);
            return shell;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Runs a script in a subshell without input.</summary>
    /// <exception cref="IOException">The guest is gone.</exception>
    public async Task<ShellResult> RunAsync(string script, CancellationToken cancellationToken)
    {
        string mark = string.Create(CultureInfo.InvariantCulture, $"@@{++_commands}:");
        // The mark begins a line of its own, whether the output ended its last line or not.
        await SendAsync($"(\n{script}\n) </dev/null 2>&1; printf '\\n{mark}%d\\n' $?\n", cancellationToken);
        var output = new StringBuilder();
        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(mark, StringComparison.Ordinal))
            {
                return new ShellResult(int.Parse(line[mark.Length..], CultureInfo.InvariantCulture), output.ToString().TrimEnd('\n'));
            }
            output.Append(line).Append('\n');
        }
        throw new IOException("The guest closed the shell.");
    }

    /// <summary>Sends a line that makes the shell something else, such as a program whose output is read line by line.</summary>
    public Task SendAsync(string text, CancellationToken cancellationToken) => SendAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, cancellationToken)..];
        }
        catch (SocketException e)
        {
            throw new IOException("The guest closed the shell.", e);
        }
    }

    /// <summary>One line without its end; null at the end of the stream.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                string line = Encoding.UTF8.GetString(_buffer, _start, searched + length);
                _start += searched + length + 1;
                return line;
            }
            searched = _end - _start;
            if (!await FillAsync(cancellationToken))
            {
                if (_end == _start) return null;
                string rest = Encoding.UTF8.GetString(_buffer, _start, _end - _start);
                _start = _end;
                return rest;
            }
        }
    }

    /// <summary>Bytes as they come, at least one; 0 at the end of the stream.</summary>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_start == _end && !await FillAsync(cancellationToken)) return 0;
        int count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) throw new IOException("A line from the guest is longer than 64 KiB.");
        try
        {
            int count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken);
            _end += count;
            return count > 0;
        }
        catch (SocketException)
        {
            // Reset instead of closed: the guest was switched off.
            return false;
        }
    }
}
