using Longwire.Lab.Machines;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

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

    /// <summary>
    /// Docker's own capabilities and those that <c>privileged</c> and <c>kernel_modules</c> add; /dev and the data folder as every add-on
    /// has them.
    /// </summary>
    public ContainerRights Rights => new()
    {
        Capabilities =
            [.. ContainerRights.DockerCapabilities, .. List("privileged"), .. IsSet("kernel_modules") ? new[] { "SYS_MODULE" } : []],
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

    /// <summary>Starts it as the Supervisor does: the options of its page in /data/options.json, its own profile loaded.</summary>
    /// <param name="options">As JSON; null: those that are there.</param>
    /// <param name="rights">Null: its own.</param>
    /// <param name="environment">What the Supervisor would set beside the image's own.</param>
    public async Task<Container> StartAsync(
        Guest guest, string? options, ContainerRights? rights = null, IEnumerable<string>? environment = null, int supervisorPort = 0)
    {
        if (options is not null) await guest.WriteFileAsync("/data/options.json", options);
        await guest.WriteFileAsync("/run/lab/apparmor", Profile);
        await guest.RunAsync("container ground && container profile /run/lab/apparmor");
        return await Container.RunAsync(guest, Slug, rights ?? Rights, environment: environment, supervisorPort: supervisorPort);
    }

    /// <summary>Options as a person writes them, as the Supervisor's page would keep them.</summary>
    public static string OptionsJson(string yaml)
    {
        object? options = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(yaml);
        return new SerializerBuilder().JsonCompatible().Build().Serialize(options);
    }

    private bool IsSet(string key) => _config.Children.TryGetValue(key, out YamlNode? value) && value is YamlScalarNode { Value: "true" };

    private IEnumerable<string> List(string key) =>
        _config.Children.TryGetValue(key, out YamlNode? value) && value is YamlSequenceNode list
            ? list.Children.Select(one => ((YamlScalarNode)one).Value!)
            : [];
}
