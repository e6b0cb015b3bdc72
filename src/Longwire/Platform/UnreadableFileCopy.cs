namespace Longwire.Platform;

/// <summary>A file of the data folder that this release may not understand, of a later one perhaps: kept for whoever does.</summary>
/// <param name="mode">Of the copy, as of the file.</param>
internal sealed class UnreadableFileCopy(string path, UnixFileMode? mode)
{
    private readonly string _copy = path + ".unreadable";
    private bool _unread;
    private bool _copyIsOwed;

    /// <summary>It is there and cannot be read: it may be what the next start needs.</summary>
    public void CannotBeRead() => _unread = true;

    /// <summary>It is read and not understood: copies it beside itself, before anything is written over it.</summary>
    /// <returns>A sentence for a person.</returns>
    public string Keep()
    {
        try
        {
            Copy();
            return $"The old file is kept as {_copy}.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Better to forget what changes now than what was known.
            _copyIsOwed = true;
            return $"The old file could not be copied ({e.Message}); nothing is written over it before that.";
        }
    }

    /// <summary>To be called before each write.</summary>
    /// <exception cref="IOException">The file must not be written over: there is no copy of it.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void MakeWay()
    {
        if (_unread) throw new IOException("it could not be read at the start, and nothing is written over it until the next start");
        if (!_copyIsOwed) return;
        Copy();
        _copyIsOwed = false;
    }

    private void Copy()
    {
        // Somebody has removed it: nothing is left to keep.
        if (!File.Exists(path)) return;
        byte[] content = File.ReadAllBytes(path);
        // Each start finds it again until something is written over it.
        if (File.Exists(_copy) && File.ReadAllBytes(_copy).AsSpan().SequenceEqual(content)) return;
        DurableFile.Replace(_copy, content, mode);
    }
}
