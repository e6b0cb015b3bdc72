using Longwire.Link.Pairing;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Link;

/// <summary>
/// Which hosts a running export lets in. Any task may ask. What another process changed is seen at the next question: only the file's
/// version is looked at, and the file is read when that is another.
/// </summary>
/// <param name="root">Whose time since the boot ages a token; null: this machine's.</param>
internal sealed class Enrolment(string dataFolder, TimeProvider time, ILogger logger, SysfsRoot? root = null)
{
    private readonly EnrolmentStore _store = new(dataFolder);
    private readonly SysfsRoot _root = root ?? SysfsRoot.Machine;

    // Replaced as a whole, so whoever reads it sees one state. Two who replace it at once may leave the older one, whose version is then
    // not the file's, so the next question reads again.
    private volatile Known _known = new(EnrolmentFile.Empty, null, IsSound: true);

    // 1 once it was said that the file cannot be read.
    private int _told;

    /// <summary>
    /// Whether a host may go on. One that a token lets in is enrolled, on the disk, before this returns; one that is enrolled needs no
    /// token, and the one that it sends along is not looked at and stays good.
    /// </summary>
    /// <returns>
    /// None: it may. Else NotEnrolled, UnknownToken, TokenSpent, Revoked or TooManyKeys; NotEnrolled also where nothing can be written.
    /// </returns>
    public RefusalReason Judge(KeyPin key, PairingToken? token, string? name)
    {
        Known known = Look();
        var now = Moment.Now(_root, time);
        RefusalReason reason = known.File.Judge(key, token, now);
        if (!known.IsSound) return reason is RefusalReason.Revoked || IsIn(known, key) ? reason : RefusalReason.NotEnrolled;
        // Only who brings a good token gets as far as the lock and the disk.
        return reason != RefusalReason.None || IsIn(known, key) ? reason : Enrol(key, token, name, now);
    }

    /// <summary>For a host that is connected, after a change.</summary>
    public bool IsEnrolled(KeyPin key) => IsIn(Look(), key);

    private static bool IsIn(Known known, KeyPin key) => known.File.IsEnrolled(PinText.Of(key));

    private RefusalReason Enrol(KeyPin key, PairingToken? token, string? name, Moment now)
    {
        var host = new KnownHost(PinText.Of(key), PeerName.Clean(name), now.Clock);
        try
        {
            RefusalReason reason = RefusalReason.None;
            bool enrolled = false;
            _store.Change(file =>
            {
                // Judged anew: another host may have been first with this token, or a person has taken it back.
                reason = file.Judge(key, token, now);
                enrolled = reason == RefusalReason.None && !file.IsEnrolled(host.Pin);
                return enrolled ? file.WithHost(key, name, now) : file;
            });
            if (enrolled) EnrolmentLog.Enrolled(logger, host.ToString());
            return reason;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            EnrolmentLog.NotEnrolled(logger, host.ToString(), e.Message);
            return RefusalReason.NotEnrolled;
        }
    }

    private Known Look()
    {
        Known known = _known;
        // Before the file is read: what is written in between is then found at the next look.
        FileVersion? version = _store.Version;
        if (known.IsSound && version is not null && version == known.Version) return known;
        try
        {
            known = new Known(_store.Read(), version, IsSound: true);
            if (Interlocked.Exchange(ref _told, 0) == 1) EnrolmentLog.ReadableAgain(logger);
        }
        catch (IOException e)
        {
            known = known with { IsSound = false };
            if (Interlocked.Exchange(ref _told, 1) == 0) EnrolmentLog.Unreadable(logger, e.Message);
        }
        _known = known;
        return known;
    }

    /// <param name="File">What was read last.</param>
    /// <param name="IsSound">It could be read the last time.</param>
    private sealed record Known(EnrolmentFile File, FileVersion? Version, bool IsSound);
}
