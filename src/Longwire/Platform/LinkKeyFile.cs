using System.Text;
using Longwire.Link.Tls;

namespace Longwire.Platform;

/// <summary>
/// link-key.pem of the data folder: what a side is known by to its peers. It is made when it is first needed, and never again by itself:
/// with another key every peer takes the machine for a stranger, so a file that is damaged must be seen by a person.
/// </summary>
internal static class LinkKeyFile
{
    private const string Name = "link-key.pem";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, Name);

    /// <summary>What is changed in a data folder for the link's sake, by whichever process, is changed under this lock.</summary>
    public static string LockIn(string dataFolder) => Path.Combine(dataFolder, "link.lock");

    public static bool IsIn(string dataFolder) => File.Exists(PathIn(dataFolder));

    /// <summary>The key, made now if there is none yet; it is on the disk then.</summary>
    /// <exception cref="LinkKeyException">It cannot be read, is none, or cannot be kept.</exception>
    public static LinkKey Open(string dataFolder)
    {
        if (Read(dataFolder) is { } key) return key;
        try
        {
            using IDisposable exclusive = FileLock.Take(LockIn(dataFolder));
            // Somebody else may have made it since.
            return Read(dataFolder) ?? Make(dataFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotKept(dataFolder, e);
        }
    }

    /// <summary>Another key, whatever was there. Every peer must be paired anew.</summary>
    /// <exception cref="LinkKeyException">It cannot be kept; the old one stays.</exception>
    public static LinkKey Replace(string dataFolder)
    {
        try
        {
            using IDisposable exclusive = FileLock.Take(LockIn(dataFolder));
            return Make(dataFolder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NotKept(dataFolder, e);
        }
    }

    private static LinkKey Make(string dataFolder)
    {
        LinkKey key = LinkKey.Create();
        try
        {
            DurableFile.Replace(PathIn(dataFolder), Encoding.ASCII.GetBytes(key.ToPem()), OwnerOnly);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static LinkKey? Read(string dataFolder)
    {
        string path = PathIn(dataFolder), pem;
        try
        {
            pem = File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinkKeyException(
                $"The key of this machine, {path}, cannot be read ({e.Message}). Remedy: let the user that Longwire runs as, mostly root, "
                    + "read it. No other key is made: with another one every peer would take this machine for a stranger.", e);
        }
        return LinkKey.FromPem(pem) ?? throw new LinkKeyException(
            $"The key of this machine, {path}, {(string.IsNullOrWhiteSpace(pem) ? "is empty" : "holds no private key of P-256")}. "
                + "Remedy: put it back from a backup. If there is none, remove the file: this machine gets another key then, and must be "
                + "paired anew with every peer ('longwire pair' on the Pi prints the code).");
    }

    private static LinkKeyException NotKept(string dataFolder, Exception cause) => new(
        $"This machine's key cannot be kept in {PathIn(dataFolder)} ({cause.Message}). Remedy: make the folder writable, or free some "
            + "space, and start again.", cause);
}
