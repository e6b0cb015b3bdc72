using Longwire.Lab.Machines;
using YamlDotNet.RepresentationModel;

namespace Longwire.Lab.Containers;

/// <summary>The one service of a compose file of ours, turned into rights as docker compose does.</summary>
public sealed class Compose
{
    /// <summary>Where the compose file would lie in the guest, and what a person puts beside it.</summary>
    public const string Folder = "/data/compose";

    private const string Volumes = "/data/volumes/";

    private readonly YamlMappingNode _service;

    private Compose(YamlMappingNode service) => _service = service;

    /// <param name="path">From the repository's root, such as addon/companion/compose.yaml.</param>
    public static Compose Read(string path, string service)
    {
        using var reader = new StreamReader(Path.Combine(LabFolders.Repository, path));
        var stream = new YamlStream();
        stream.Load(reader);
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        return new Compose((YamlMappingNode)((YamlMappingNode)root.Children["services"]).Children[service]);
    }

    public IReadOnlyList<string> Command => [.. List("command")];

    /// <summary>Variables that the file sets.</summary>
    public IReadOnlyDictionary<string, string> Environment =>
        _service.Children.TryGetValue("environment", out YamlNode? value) && value is YamlMappingNode map
        ? map.Children.ToDictionary(
            one => ((YamlScalarNode)one.Key).Value!, one => ((YamlScalarNode)one.Value).Value!, StringComparer.Ordinal)
        : new Dictionary<string, string>(StringComparer.Ordinal);

    public ContainerRights Rights
    {
        get
        {
            if (Scalar("privileged") == "true") throw new InvalidOperationException("The compose file asks for everything.");
            List<string> capabilities = List("cap_drop").Contains("ALL")
                ? []
                : [.. ContainerRights.DockerCapabilities.Except(List("cap_drop"))];
            capabilities.AddRange(List("cap_add"));
            return new ContainerRights
            {
                Capabilities = capabilities,
                HostNetwork = Scalar("network_mode") == "host",
                HostProcesses = Scalar("pid") == "host",
                ReadOnlyRoot = Scalar("read_only") == "true",
                NoNewPrivileges = List("security_opt").Any(option => option is "no-new-privileges" or "no-new-privileges:true"),
                Mounts =
                [
                    .. List("volumes").Select(Volume),
                    .. List("tmpfs").Select(place => new ContainerMount("tmpfs", place.Split(':')[0], ReadOnly: false, "tmpfs")),
                ],
            };
        }
    }

    /// <summary>Starts the service as docker compose does, with these rights, which are the file's own or fewer.</summary>
    /// <param name="environment">Variables that a person changes in the file.</param>
    public async Task<Container> StartAsync(
        Guest guest, string name, ContainerRights rights, IReadOnlyDictionary<string, string>? environment = null)
    {
        var variables = new Dictionary<string, string>(Environment, StringComparer.Ordinal);
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>()) variables[key] = value;
        foreach (ContainerMount mount in rights.Mounts.Where(mount => mount.Source.StartsWith(Volumes, StringComparison.Ordinal)))
        {
            await guest.RunAsync($"mkdir -p {mount.Source}");
        }
        return await Container.RunAsync(guest, name, rights, Command, variables.Select(one => $"{one.Key}={one.Value}"));
    }

    // source:target or source:target:ro. A source without a slash is a named volume, which Docker keeps in a folder of its own.
    private static ContainerMount Volume(string text)
    {
        string[] parts = text.Split(':');
        string source = parts[0] switch
        {
            "./" or "." => Folder,
            ['/', ..] => parts[0],
            _ => Volumes + parts[0],
        };
        return new ContainerMount(source, parts[1], parts.Length > 2 && parts[2].Split(',').Contains("ro"));
    }

    private string? Scalar(string key) => _service.Children.TryGetValue(key, out YamlNode? value) ? (value as YamlScalarNode)?.Value : null;

    private IEnumerable<string> List(string key) => _service.Children.TryGetValue(key, out YamlNode? value) switch
    {
        true when value is YamlSequenceNode list => list.Children.Select(one => ((YamlScalarNode)one).Value!),
        true when value is YamlScalarNode { Value: { } text } => text.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        _ => [],
    };
}
