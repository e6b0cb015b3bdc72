namespace Longwire.Storage;

/// <summary>A file of the data folder that this release does not understand, of a later one perhaps: kept for whoever does.</summary>
internal static class KeptAside
{
    /// <summary>Copies it beside itself, before anything is written over it.</summary>
    /// <param name="kept">False: there is no copy, and the only one must not be written over.</param>
    /// <returns>A sentence for a person.</returns>
    public static string Keep(string path, out bool kept)
    {
        string copy = path + ".unreadable";
        try
        {
            File.Copy(path, copy, overwrite: true);
            kept = true;
            return $"The old file is kept as {copy}.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            kept = false;
            return $"The old file could not be copied ({e.Message}); nothing is written over it, until the next start.";
        }
    }
}
