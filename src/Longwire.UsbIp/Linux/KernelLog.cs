using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// /dev/kmsg, from the oldest record that the kernel still has to its newest (Documentation/ABI/testing/dev-kmsg). Never waits for a next
/// one.
/// </summary>
public static class KernelLog
{
    // A record is at most so long (PRINTK_MESSAGE_MAX is 2048, and as much again for what is escaped).
    private const int RecordSize = 8192;

    // EPIPE
    private const int Overwritten = 32;

    // The kernel's ring is mostly 128 KiB, 16 MiB at most (CONFIG_LOG_BUF_SHIFT).
    private const int MostBytes = 16 * 1024 * 1024;

    public static unsafe KernelLogReading Read(SysfsRoot root)
    {
        ArgumentNullException.ThrowIfNull(root);
        fixed (byte* path = Encoding.UTF8.GetBytes(Path.Combine(root.Dev, "kmsg") + '\0'))
        {
            int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
            if (file < 0)
            {
                bool denied = errno is Errno.NoPermission or Errno.AccessDenied;
                return new KernelLogReading(denied ? KernelLogAccess.Denied : KernelLogAccess.Absent, []);
            }
            try
            {
                return new KernelLogReading(KernelLogAccess.Granted, Parse(ReadToEnd(file)));
            }
            finally
            {
                _ = close(file);
            }
        }
    }

    /// <summary>Lines in the form of /dev/kmsg: "6,339,5140900,-;text", and behind it lines with a blank first, about the device.</summary>
    public static ImmutableArray<KernelLogRecord> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ImmutableArray<KernelLogRecord>.Builder records = ImmutableArray.CreateBuilder<KernelLogRecord>();
        foreach (string line in text.Split('\n'))
        {
            int semicolon = line.IndexOf(';', StringComparison.Ordinal);
            if (semicolon < 0 || line[0] == ' ') continue;
            string[] head = line[..semicolon].Split(',');
            if (head.Length < 3 || !long.TryParse(head[2], NumberStyles.None, CultureInfo.InvariantCulture, out long at)) continue;
            if (at > TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond) continue;
            records.Add(new KernelLogRecord(new TimeSpan(at * TimeSpan.TicksPerMicrosecond), line[(semicolon + 1)..]));
        }
        return records.ToImmutable();
    }

    private static unsafe string ReadToEnd(int file)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[RecordSize];
        while (all.Length < MostBytes)
        {
            ssize_t read;
            fixed (byte* pointer = buffer) read = LibC.read(file, pointer, buffer.Length);
            if (read > 0)
            {
                all.Write(buffer, 0, (int)read);
                continue;
            }
            // What came next was overwritten meanwhile, and the read after this goes on behind the gap.
            if (read < 0 && errno is Overwritten or Errno.InterruptedCall) continue;
            // EAGAIN: that was the newest.
            break;
        }
        return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
    }
}
