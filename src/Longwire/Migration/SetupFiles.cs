namespace Longwire.Migration;

/// <summary>Text files of this machine's set-up, as far as they are there and ours to read.</summary>
internal static class SetupFiles
{
    /// <summary>Paths in a folder, in order of their names.</summary>
    public static IReadOnlyList<string> In(string folder, string pattern) => Listed(() => Directory.EnumerateFiles(folder, pattern));

    /// <summary>Files that are in force: of those with one name the one in the first folder silences the others.</summary>
    public static IEnumerable<(string Path, string Folder)> InForce(string root, IEnumerable<string> folders, string pattern) => folders
        .SelectMany(folder => In(Path.Combine(root, folder), pattern).Select(path => (path, folder)))
        .DistinctBy(file => Path.GetFileName(file.path), StringComparer.Ordinal);

    /// <summary>Where a person finds it.</summary>
    public static string Where(string root, string path) => "/" + Path.GetRelativePath(root, path);

    public static IReadOnlyList<string> FoldersIn(string folder, string pattern) =>
        Listed(() => Directory.EnumerateDirectories(folder, pattern));

    public static IReadOnlyList<string> Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there, not ours to read, or a link to nowhere: then nothing can run it either.
            return [];
        }
    }

    /// <summary>As systemd and udev read a file: comments left out, a line that ends with a backslash and the next one are one.</summary>
    public static IEnumerable<JoinedLine> Joined(string path)
    {
        IReadOnlyList<string> lines = Lines(path);
        for (int i = 0; i < lines.Count; i++)
        {
            string text = lines[i].Trim();
            if (text.Length == 0 || text[0] is '#' or ';') continue;
            int first = i + 1;
            while (text.EndsWith('\\') && i + 1 < lines.Count)
            {
                text = string.Concat(text.AsSpan(0, text.Length - 1), " ", lines[++i].Trim());
            }
            yield return new JoinedLine(text, first, i + 1);
        }
    }

    private static IReadOnlyList<string> Listed(Func<IEnumerable<string>> list)
    {
        try
        {
            return [.. list().Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <param name="First">Where it begins in the file, from 1.</param>
/// <param name="Last">Where it ends.</param>
internal sealed record JoinedLine(string Text, int First, int Last);
