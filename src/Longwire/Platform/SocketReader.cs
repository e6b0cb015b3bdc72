using System.Net.Sockets;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Linux;

namespace Longwire.Platform;

/// <summary>
/// Reads a stream of USB/IP messages, as long as whoever it is for takes them: on the <see cref="ReadThread"/>, which is where they are
/// passed on as well.
/// </summary>
internal static class SocketReader
{
    /// <summary>Takes whole messages out of what has come. The rest is given again, with more behind it.</summary>
    /// <param name="bytes">All that has come and was not taken.</param>
    /// <param name="isBehind">Nothing more is taken until something that was taken before is got rid of.</param>
    /// <returns>How many bytes were taken.</returns>
    internal delegate int Consumer(ReadOnlySpan<byte> bytes, out bool isBehind);

    /// <param name="longest">The longest message, in bytes.</param>
    /// <param name="catchUp">Ends once that is got rid of; false: it never will be.</param>
    /// <returns>What it said that cannot be; null: it has ended, and how can be read from the socket itself.</returns>
    public static async Task<string?> ReadAsync(Socket from, int longest, Consumer consume, Func<Task<bool>> catchUp)
    {
        string? fault = await ReadPromptlyAsync(from, longest, consume, catchUp);
        // What follows is nothing for that thread.
        await Task.Yield();
        return fault;
    }

    private static async Task<string?> ReadPromptlyAsync(Socket from, int longest, Consumer consume, Func<Task<bool>> catchUp)
    {
        byte[] buffer = new byte[longest];
        int have = 0;
        try
        {
            using ReadableSocket? readable = ReadThread.Shared?.TryAdd(from.SafeHandle);
            // That thread must not wait for one socket, should there be nothing after all.
            if (readable is not null) from.Blocking = false;
            while (true)
            {
                int read;
                if (readable is null) read = await from.ReceiveAsync(buffer.AsMemory(have), SocketFlags.None);
                else
                {
                    await readable.WaitAsync();
                    read = from.Receive(buffer.AsSpan(have), SocketFlags.None, out SocketError error);
                    if (error == SocketError.WouldBlock) continue;
                    if (error != SocketError.Success) return null;
                }
                if (read == 0) return null;
                have += read;
                for (bool isBehind = true; isBehind;)
                {
                    int consumed = consume(buffer.AsSpan(0, have), out isBehind);
                    have -= consumed;
                    buffer.AsSpan(consumed, have).CopyTo(buffer);
                    if (isBehind && !await catchUp()) return null;
                }
            }
        }
        catch (Exception e) when (e is UsbIpFormatException or UsbIpProtocolException)
        {
            return e.Message;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
