using Longwire.Lab.Sticks;

namespace Longwire.Lab.Machines;

/// <summary>
/// A character device of a guest, open for reading and writing: the tty that Home Assistant would open, or the inside of a stick.
/// Disposing it closes the device.
/// </summary>
public sealed class GuestStream : ISerialEnd
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

    public string Description => $"{Guest.Name}: {Path}";

    public Task WriteAsync(
        ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) => _shell.SendAsync(bytes, cancellationToken);

    public Task<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default) => _shell.ReadAsync(buffer, cancellationToken);

    public Task<byte[]> ReadExactlyAsync(int count, TimeSpan deadline) => SerialReading.ReadExactlyAsync(this, count, deadline);

    public void Dispose() => _shell.Dispose();
}
