using System.Net;

namespace Longwire.Options;

/// <summary>From nodes to what <c>longwire attach</c> does.</summary>
internal static class AttachOptionsReader
{
    private const int LongestHold = 3600;
    private const string WebTokenKey = "web_token";

    /// <summary>Whoever can open the page can try.</summary>
    private const int ShortestWebToken = 16;

    public static LoadedOptions<AttachOptions> Read(MapNode node)
    {
        var problems = new ProblemList();
        var root = new OptionMap(
            node, "", problems, "pis", "radios", "hold_seconds", "replug_seconds", "stale_seconds", "base_topic", "discovery_prefix",
            "mqtt", "log_level", WebTokenKey);
        AttachOptions fallback = AttachOptions.Default;
        PisReader pis = PisReader.Read(root, problems);
        RadioRules radios = RadioRulesReader.Read(root, problems, pis.Resolve);
        TimeSpan? hold = root.Seconds("hold_seconds", 0, LongestHold), stale = root.Seconds("stale_seconds", 1, LongestHold);
        TimeSpan? replug = root.Seconds("replug_seconds", 0, LongestHold);
        var options = new AttachOptions
        {
            Pis = pis.Pis,
            Radios = radios.Rules,
            TakeRecognised = radios.TakeRecognised,
            SkippedPis = pis.Skipped,
            SkippedRules = radios.Skipped,
            Hold = hold ?? fallback.Hold,
            Stale = stale ?? fallback.Stale,
            Replug = replug ?? fallback.Replug,
            BaseTopic = Topic(root, "base_topic", problems) ?? fallback.BaseTopic,
            DiscoveryPrefix = Topic(root, "discovery_prefix", problems) ?? fallback.DiscoveryPrefix,
            Mqtt = Mqtt(root, problems),
            LogLevel = LogLevels.Read(root, problems) ?? fallback.LogLevel,
            WebToken = WebToken(root, problems),
        };
        return new LoadedOptions<AttachOptions>(options, problems.ToImmutable());
    }

    private static string? WebToken(OptionMap root, ProblemList problems)
    {
        if (root.Secret(WebTokenKey) is not { } token) return null;
        if (token.Length >= ShortestWebToken) return token;
        problems.Add(
            root.Find(WebTokenKey)!,
            root.PathOf(WebTokenKey),
            "",
            $"too short to keep anybody out; write {ShortestWebToken} characters or more");
        return null;
    }

    private static MqttOptions Mqtt(OptionMap root, ProblemList problems)
    {
        OptionMap? mqtt = root.Map("mqtt", "host", "port", "username", "password", "tls", "ca", "cert", "key", "verify");
        if (mqtt is not { } map) return new MqttOptions();
        string? host = map.Text("host");
        int? port = map.Number("port", 1, IPEndPoint.MaxPort);
        if (host is not null)
        {
            string? remedy = HostAddress.TryParse(host, defaultPort: 0, out DnsEndPoint? endPoint);
            if (remedy is null && endPoint!.Port != 0) remedy = "write the port as mqtt.port";
            if (remedy is not null) problems.Add(map.Find("host")!, map.PathOf("host"), remedy);
            host = remedy is null ? endPoint!.Host : null;
        }
        bool tls = map.Flag("tls") ?? false;
        (string? cert, string? key) = ClientCertificate(map, tls || host is null, problems);
        return new MqttOptions
        {
            Host = host,
            Port = port,
            Username = map.Text("username"),
            Password = map.Secret("password"),
            Tls = tls,
            Ca = map.Text("ca"),
            Cert = cert,
            Key = key,
            Verify = map.Flag("verify") ?? true,
        };
    }

    /// <param name="mayBeTls">False: without TLS for sure. (Whether Home Assistant's own broker has it, Home Assistant says.)</param>
    private static (string? Cert, string? Key) ClientCertificate(OptionMap map, bool mayBeTls, ProblemList problems)
    {
        (string? cert, string? key) = (map.Text("cert"), map.Text("key"));
        if (cert is null && key is null) return (null, null);
        (string there, string missing) = cert is null ? ("key", "cert") : ("cert", "key");
        if (cert is null || key is null)
        {
            problems.Add(map.Find(there)!, map.PathOf(there), $"name the file of {map.PathOf(missing)}, too: one needs the other");
            return (null, null);
        }
        const string WithoutTls = "has no effect without TLS: set mqtt.tls to true, and mqtt.port to the broker's port for TLS";
        if (!mayBeTls) problems.Add(map.Find(there)!, map.PathOf(there), WithoutTls);
        return (cert, key);
    }

    private static string? Topic(OptionMap root, string key, ProblemList problems)
    {
        if (root.Text(key) is not { } topic) return null;
        if (topic.AsSpan().ContainsAny("+#")
            || topic.StartsWith('/')
            || topic.EndsWith('/')
            || topic.StartsWith('$')
            || topic.Contains("//", StringComparison.Ordinal))
        {
            problems.Add(root.Find(key)!, root.PathOf(key), "write a topic without +, #, a leading $, and slashes at its ends");
            return null;
        }
        return topic;
    }
}
