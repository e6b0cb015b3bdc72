using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>config.yaml, read as the Supervisor reads it (supervisor/apps/validate.py, options.py and utils.py of 2026).</summary>
public sealed class ConfigurationTests
{
    private static readonly MapNode s_config = Checkout.Map("config.yaml");
    private static readonly MapNode s_schema = s_config.MapAt("schema");

    // Each with its default; null where there is none. "watchdog", "advanced", "codenotary", "legacy" and "auto_uart" are deprecated or for
    // the image's HEALTHCHECK, and not here.
    private static readonly Dictionary<string, string?> s_known = new()
    {
        ["name"] = null, ["version"] = null, ["slug"] = null, ["description"] = null, ["arch"] = null, ["machine"] = null, ["url"] = null,
        ["startup"] = "application", ["boot"] = "auto", ["init"] = "true", ["stage"] = "stable", ["ports"] = null,
        ["ports_description"] = null,
        ["webui"] = null, ["ingress"] = "false", ["ingress_port"] = "8099", ["ingress_entry"] = null, ["ingress_stream"] = "false",
        ["panel_icon"] = "mdi:puzzle", ["panel_title"] = null, ["panel_admin"] = "true", ["homeassistant"] = null,
        ["host_network"] = "false",
        ["host_pid"] = "false", ["host_ipc"] = "false", ["host_uts"] = "false", ["host_dbus"] = "false", ["devices"] = null,
        ["udev"] = "false",
        ["tmpfs"] = "false", ["map"] = null, ["environment"] = null, ["privileged"] = null, ["apparmor"] = "true",
        ["full_access"] = "false",
        ["audio"] = "false", ["video"] = "false", ["gpio"] = "false", ["usb"] = "false", ["uart"] = "false", ["devicetree"] = "false",
        ["kernel_modules"] = "false", ["realtime"] = "false", ["hassio_api"] = "false", ["hassio_role"] = "default",
        ["homeassistant_api"] = "false",
        ["stdin"] = "false", ["docker_api"] = "false", ["auth_api"] = "false", ["services"] = null, ["discovery"] = null,
        ["backup_exclude"] = null,
        ["backup_pre"] = null, ["backup_post"] = null, ["backup"] = "hot", ["options"] = null, ["schema"] = null, ["image"] = null,
        ["ulimits"] = null, ["timeout"] = "10", ["journald"] = "false", ["breaking_versions"] = null,
    };

    private static readonly string[] s_riskyPrivileges =
    [
        "BPF", "CHECKPOINT_RESTORE", "DAC_READ_SEARCH", "NET_ADMIN", "NET_RAW", "PERFMON", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE",
        "SYS_RAWIO",
    ];

    [Fact]
    public void Every_key_is_known_stands_once_and_says_more_than_the_default()
    {
        Assert.Equal(s_config.Entries.Length, s_config.Entries.Select(entry => entry.Key).Distinct().Count());
        foreach ((string key, OptionNode value) in s_config.Entries)
        {
            Assert.True(s_known.TryGetValue(key, out string? fallback), $"'{key}' is not known to the Supervisor");
            Assert.False(value is ScalarNode scalar && scalar.Text == fallback, $"'{key}' repeats the default");
        }
        Assert.All<string>(["name", "version", "slug", "description", "arch"], key => Assert.NotNull(s_config.Find(key)));
        Assert.Matches("^[-_.A-Za-z0-9]+$", s_config.TextAt("slug"));
    }

    [Fact]
    public void The_security_rating_is_seven_of_eight()
    {
        Assert.True(File.Exists(Checkout.PathOf("apparmor.txt")));
        int rating = 5 + 1; // its own AppArmor profile
        if (s_config.IsOn("ingress")) rating += 2;
        else if (s_config.IsOn("auth_api")) rating += 1;
        if (s_config.TextsAt("privileged").Intersect(s_riskyPrivileges).Any() || s_config.IsOn("kernel_modules")) rating -= 1;
        rating -= s_config.Find("hassio_role") is ScalarNode { Text: var role } ? role switch { "manager" => 1, "admin" => 2, _ => 0 } : 0;
        if (s_config.IsOn("host_network")) rating -= 1;
        if (s_config.IsOn("host_pid")) rating -= 2;
        if (s_config.IsOn("host_uts") && s_config.TextsAt("privileged").Contains("SYS_ADMIN")) rating -= 1;
        if (s_config.IsOn("docker_api") || s_config.IsOn("full_access")) rating = 1;
        Assert.Equal(7, rating);
    }

    [Fact]
    public void The_version_is_the_programs_and_the_images()
    {
        XDocument properties = XDocument.Load(Checkout.PathOf("Directory.Build.props"));
        string version = properties.Descendants("VersionPrefix").Single().Value;
        Assert.Equal(version, s_config.TextAt("version"));
        Assert.Contains($"ARG BUILD_VERSION={version}\n", Checkout.Text("Dockerfile"), StringComparison.Ordinal);
        Assert.Contains($"\n## {version}\n", Checkout.Text("CHANGELOG.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_has_a_type_of_the_Supervisors()
    {
        var type = new Regex(
            @"^(?:bool|email|url|port|device(?:\(subsystem=[a-z]+\))?|(?:str|password)(?:\(\d*,\d*\))?|int(?:\(-?\d*,-?\d*\))?|float(?:\(-?[\d.]*,-?[\d.]*\))?|match\(.*\)|list\(.+\))\??$");
        Assert.All(Types(s_schema), found => Assert.Matches(type, found));
    }

    [Fact]
    public void What_is_nested_has_a_default_since_the_Supervisor_takes_it_for_missing_otherwise()
    {
        MapNode options = s_config.MapAt("options");
        foreach ((string key, OptionNode value) in s_schema.Entries)
        {
            OptionNode type = value is ListNode list ? list.Items[0] : value;
            if (type is MapNode) Assert.NotNull(options.Find(key));
            else Assert.EndsWith("?", Assert.IsType<ScalarNode>(type).Text, StringComparison.Ordinal);
            // An empty map counts as complete only if no member of it is required.
            if (value is MapNode map) Assert.All(Types(map), member => Assert.EndsWith("?", member, StringComparison.Ordinal));
        }
        Assert.Empty(options.Entries.Select(entry => entry.Key).Except(s_schema.Entries.Select(entry => entry.Key)));
    }

    [Fact]
    public void With_the_defaults_only_the_Pi_is_missing()
    {
        LoadedOptions<AttachOptions> loaded = OptionsFile.ParseAttach(
            Encoding.UTF8.GetBytes(Json(s_config.MapAt("options"))), "options.json");
        Assert.Equal("pis", Assert.Single(loaded.Problems).Path);
        Assert.Equal(AttachOptions.Default, loaded.Options);
    }

    [Fact]
    public void Every_option_that_can_be_set_is_one_that_we_read()
    {
        const string Everything = """
            {"pis": [{"name": "attic", "address": "192.168.0.10", "pairing_code": ""}],
             "radios": [{"match": "10c4:8a2a", "pi": "attic", "name": "Z-Wave", "restart_apps": ["core_zwave_js"]}],
             "mqtt": {"host": "192.168.0.5", "port": 1883, "username": "u", "password": "p", "tls": true, "ca": "/ssl/ca.pem", "cert": "/config/longwire.pem",
                      "key": "/config/longwire.key", "verify": true},
             "hold_seconds": 60, "replug_seconds": 5, "stale_seconds": 10, "base_topic": "longwire",
             "discovery_prefix": "homeassistant", "log_level": "info"}
            """;
        byte[] bytes = Encoding.UTF8.GetBytes(Everything);
        Assert.Equal(SchemaTree.Options(s_schema), SchemaTree.Options(OptionsText.Parse(bytes, "options.json")));
        Assert.Empty(OptionsFile.ParseAttach(bytes, "options.json").Problems);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    public void Every_option_is_explained_and_nothing_else(string language)
    {
        (string Option, MapNode Says)[] explained =
        [
            .. SchemaTree.Explained(Checkout.Map($"translations/{language}.yaml").MapAt("configuration")),
        ];
        Assert.Equal(SchemaTree.Options(s_schema), explained.Select(entry => entry.Option));
        foreach ((string option, MapNode says) in explained)
        {
            Assert.False(string.IsNullOrWhiteSpace(says.TextAt("name")), $"{option} has no name");
            Assert.False(string.IsNullOrWhiteSpace(says.TextAt("description")), $"{option} is not explained");
            Assert.Empty(says.Entries.Select(entry => entry.Key).Except(["name", "description", "fields"]));
        }
    }

    private static IEnumerable<string> Types(OptionNode node) => node switch
    {
        ScalarNode scalar => [scalar.Text],
        ListNode list => list.Items.SelectMany(Types),
        MapNode map => map.Entries.SelectMany(entry => Types(entry.Value)),
        _ => throw new ArgumentException($"{node.Shown} is no type", nameof(node)),
    };

    private static string Json(OptionNode node) => node switch
    {
        ListNode list => $"[{string.Join(',', list.Items.Select(Json))}]",
        MapNode map => $"{{{string.Join(',', map.Entries.Select(entry => $"\"{entry.Key}\":{Json(entry.Value)}"))}}}",
        _ => $"\"{((ScalarNode)node).Text}\"",
    };
}
