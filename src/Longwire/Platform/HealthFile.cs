namespace Longwire.Platform;

/// <summary>
/// Tells a container's HEALTHCHECK (<c>longwire healthy</c>) that the start is over. A file, because the check is a process of its own, and
/// in a folder that no restart of the machine keeps.
/// </summary>
internal sealed class HealthFile(string path)
{
    public const string DefaultPath = "/run/longwire/healthy";

    public bool IsThere => File.Exists(path);

    /// <returns>Null, or why not.</returns>
    public string? Make() => Try(() =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
    });

    /// <summary>At every start: the file of a life before this one says nothing about it.</summary>
    /// <returns>Null, or why not.</returns>
    public string? Remove() => Try(() =>
    {
        if (File.Exists(path)) File.Delete(path);
    });

    private string? Try(Action change)
    {
        try
        {
            change();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path}: {e.Message}";
        }
    }
}
