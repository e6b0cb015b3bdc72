namespace Longwire.UsbIp.Linux;

/// <summary>Reads the names in one sysfs folder.</summary>
internal static class SysfsFolder
{
    /// <summary>
    /// Empty if the folder is not there (any more): a device may vanish between two looks, also while its folder is being read, and that is
    /// an answer, not a failure.
    /// </summary>
    public static string[] Names(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
