using Longwire.Platform;

namespace Longwire.Export.Link;

/// <summary>
/// Reads and changes link-hosts.json. The running export and 'longwire pair' are two processes that both write it, so every change reads
/// it anew under a lock; nothing else is done while that is held.
/// </summary>
internal sealed class EnrolmentStore(string dataFolder)
{
    private readonly JsonStore<EnrolmentFile> _store = new(
        System.IO.Path.Combine(dataFolder, "link-hosts.json"), EnrolmentJson.Default.EnrolmentFile, EnrolmentFile.FaultOf, isSecret: true);

    public string Path => _store.Path;

    /// <summary>Tells whether <see cref="Read"/> would find something else.</summary>
    public FileVersion? Version => FileVersion.Of(Path);

    /// <summary>Something in the folder would be missed: this Pi's key, or hosts that it knows.</summary>
    public bool IsPaired => LinkKeyFile.IsIn(dataFolder) || File.Exists(Path);

    /// <exception cref="IOException">It is there and cannot be read or understood; the message is a clause with the path.</exception>
    public EnrolmentFile Read()
    {
        JsonReading<EnrolmentFile> reading = _store.Read();
        return reading.Problem switch
        {
            JsonProblem.None => reading.Value ?? EnrolmentFile.Empty,
            JsonProblem.Unsound => throw new IOException($"{Path} {reading.Reason}"),
            _ => throw new IOException($"{Path} cannot be read: {reading.Reason}"),
        };
    }

    /// <summary>It is on the disk when this returns. A file that cannot be read is not written over.</summary>
    /// <param name="change">Gives the same object where nothing is to be changed.</param>
    /// <returns>What is known from now on.</returns>
    /// <exception cref="IOException">As above; or the disk is full, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied.</exception>
    public EnrolmentFile Change(Func<EnrolmentFile, EnrolmentFile> change)
    {
        using IDisposable exclusive = FileLock.Take(LinkKeyFile.LockIn(dataFolder));
        EnrolmentFile before = Read();
        EnrolmentFile after = change(before);
        if (!ReferenceEquals(before, after)) _store.Save(after);
        return after;
    }
}
