namespace Longwire.Lab.Machines;

/// <summary>
/// A character device of a guest, open for reading and writing: the tty that Home Assistant would open, or the inside of a stick.
/// Disposing it closes the device.
/// </summary>
public sealed class GuestStream : IDisposable
{
    private readonly Shell _shell;

    private GuestStream(Guest guest, string path, Shell shell)
    {
        Guest = guest;
        Path = path;
        _shell = shell;
    }

    public Guest Guest { get; }

    public string Path { get; }

    internal static async Task<GuestStream> OpenAsync(Guest guest, string path, Shell shell, CancellationToken cancellationToken)
    {
        // The second cat ends when the test closes the connection, and takes the first with it.
        await shell.SendAsync(
            $"exec 2>&1; [ -c {path} ] || {{ echo it is not there; echo @@failed@@; exit; }}; exec 3<>{path} && stty raw -echo <&3 && "
                + $"echo @@open@@ && {{ cat <&3 & cat >&3; kill $!; exit; }}; echo @@failed@@; exit\n",
            cancellationToken);
        string said = "";
        while (await shell.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == "@@open@@") return new GuestStream(guest, path, shell);
            if (line == "@@failed@@") break;
            said += line + " ";
        }
        throw new IOException($"{guest.Name}: {path} cannot be opened: {said}");
    }

    public Task WriteAsync(
        ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) => _shell.SendAsync(bytes, cancellationToken);

    /// <summary>Bytes as they come, at least one; 0 once the device is gone.</summary>
    public Task<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default) => _shell.ReadAsync(buffer, cancellationToken);

    /// <summary>Exactly so many bytes.</summary>
    /// <exception cref="TimeoutException">They did not come within the deadline.</exception>
    /// <exception cref="EndOfStreamException">The device went away.</exception>
    public async Task<byte[]> ReadExactlyAsync(int count, TimeSpan deadline)
    {
        byte[] bytes = new byte[count];
        int have = 0;
        using var stop = new CancellationTokenSource(deadline);
        try
        {
            while (have < count)
            {
                int read = await _shell.ReadAsync(bytes.AsMemory(have), stop.Token);
                if (read == 0) throw new EndOfStreamException($"{Guest.Name}: {Path} went away after {have} of {count} bytes.");
                have += read;
            }
            return bytes;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Guest.Name}: {have} of {count} bytes came out of {Path} within {deadline.TotalSeconds:0.0} s.");
        }
    }

    public void Dispose() => _shell.Dispose();
}
