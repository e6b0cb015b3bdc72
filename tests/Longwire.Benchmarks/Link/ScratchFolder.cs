namespace Longwire.Benchmarks.Link;

/// <summary>What the processes of one measure have on the disk. Nobody else reads it: keys are there.</summary>
internal sealed class ScratchFolder : IDisposable
{
    // Made for its owner alone. Short: a Unix socket's path has 107 characters.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longwire-link-");

    public string Path => _folder.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
