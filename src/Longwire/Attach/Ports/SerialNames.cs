using Longwire.UsbIp.Linux;

namespace Longwire.Attach.Ports;

/// <summary>
/// The names of one radio's ttys over time. Names that will stay are told at once. Others are told only when none better came within
/// <see cref="AttachTimers.SerialLinks"/>: udev makes its links a moment after the tty, takes them away for a moment when it looks at
/// the device again. A name that was told to stay is not taken back because another device comes that shares it: that is told beside it.
/// </summary>
internal sealed class SerialNames(SysfsRoot root, SerialNumbers serials, IReadOnlyList<string> ttys, TimeProvider time)
{
    private SerialPaths? _told;
    private long? _doubtfulSince;

    /// <summary>Others than those told are there, and may still change: look again soon.</summary>
    public bool Doubtful => _doubtfulSince is not null;

    /// <returns>What is to be told now; null: nothing new.</returns>
    public async Task<SerialPaths?> LookAsync(CancellationToken cancellationToken)
    {
        SerialPaths found = (await SerialPaths.FindAsync(root, serials, ttys, cancellationToken)).After(_told);
        bool news = !found.SaysTheSameAs(_told);
        if (news && !found.Complete)
        {
            _doubtfulSince ??= time.GetTimestamp();
            if (time.GetElapsedTime(_doubtfulSince.Value) < AttachTimers.SerialLinks) return null;
        }
        _doubtfulSince = null;
        return news ? _told = found : null;
    }
}
