using YamlDotNet.RepresentationModel;

namespace Longwire.Lab.Containers;

/// <summary>The add-on as its config.yaml asks for it, turned into rights as the Supervisor does.</summary>
public sealed class AddOn
{
    private readonly YamlMappingNode _config;

    private AddOn(YamlMappingNode config) => _config = config;

    public static AddOn Read()
    {
        using var reader = new StreamReader(Path.Combine(LabFolders.Repository, "config.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        return new AddOn((YamlMappingNode)stream.Documents[0].RootNode);
    }

    public string Slug => ((YamlScalarNode)_config.Children["slug"]).Value!;

    /// <summary>The text of its own AppArmor profile, with the name that the Supervisor gives it.</summary>
    public string Profile
    {
        get
        {
            string text = File.ReadAllText(Path.Combine(LabFolders.Repository, "apparmor.txt"));
            string line = text.Split('\n').Single(line => line.StartsWith("profile ", StringComparison.Ordinal));
            string[] words = line.Split(' ', 3);
            return text.Replace(line, $"profile {Slug} {words[2]}", StringComparison.Ordinal);
        }
    }

    /// <summary>Docker's own capabilities and those that <c>privileged</c> and <c>kernel_modules</c> add; /dev and the data folder as every add-on has them.</summary>
    public ContainerRights Rights => new()
    {
        Capabilities = [.. ContainerRights.DockerCapabilities, .. List("privileged"), .. IsSet("kernel_modules") ? new[] { "SYS_MODULE" } : []],
        AppArmorProfile = Slug,
        HostNetwork = IsSet("host_network"),
        HostProcesses = IsSet("host_pid"),
        Mounts =
        [
            new ContainerMount("/dev", "/dev", ReadOnly: true),
            new ContainerMount("/data", "/data", ReadOnly: false),
            .. IsSet("kernel_modules") ? new[] { new ContainerMount("/lib/modules", "/lib/modules", ReadOnly: true) } : [],
            .. IsSet("udev") ? new[] { new ContainerMount("/run/udev", "/run/udev", ReadOnly: true) } : [],
        ],
    };

    private bool IsSet(string key) => _config.Children.TryGetValue(key, out YamlNode? value) && value is YamlScalarNode { Value: "true" };

    private IEnumerable<string> List(string key) =>
        _config.Children.TryGetValue(key, out YamlNode? value) && value is YamlSequenceNode list ? list.Children.Select(one => ((YamlScalarNode)one).Value!) : [];
}
