using System.Net;
using Longwire.Options;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class AttachOptionsTests
{
    private const string EverythingInYaml = """
        pis:
          - name: attic
            address: 192.168.0.10
          - address: "[fd00::7]:3250"
        radios:
          - match: "10c4:8a2a"
            pi: attic
            name: Z-Wave
            restart_apps: [core_zwave_js]
          - match: 0658:0200@1.4
          - match: 10C4:EA60:a:b@c
        hold_seconds: 30
        replug_seconds: 7
        stale_seconds: 5
        base_topic: house/longwire
        discovery_prefix: ha
        mqtt:
          host: broker.lan
          port: 8884
          username: longwire
          password: 'p: #w'
          tls: yes
          ca: /ssl/ca.pem
          cert: /config/c.pem
          key: /config/k.pem
          verify: false
        log_level: debug
        """;

    private const string EverythingInJson = """
        {
          "pis": [{ "name": "attic", "address": "192.168.0.10" }, { "address": "[fd00::7]:3250" }],
          "radios": [
            { "match": "10c4:8a2a", "pi": "attic", "name": "Z-Wave", "restart_apps": ["core_zwave_js"] },
            { "match": "0658:0200@1.4" },
            { "match": "10C4:EA60:a:b@c" }
          ],
          "hold_seconds": 30,
          "replug_seconds": 7,
          "stale_seconds": 5,
          "base_topic": "house/longwire",
          "discovery_prefix": "ha",
          "mqtt": { "host": "broker.lan", "port": 8884, "username": "longwire", "password": "p: #w", "tls": true, "ca": "/ssl/ca.pem",
                    "cert": "/config/c.pem", "key": "/config/k.pem", "verify": false },
          "log_level": "debug"
        }
        """;

    [Fact]
    public void Every_option_arrives_where_it_belongs()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml(EverythingInYaml);

        Assert.Empty(loaded.Problems);
        AttachOptions options = loaded.Options;
        Assert.Equal(2, options.Pis.Length);
        Assert.Equal(("attic", "attic", "192.168.0.10"), (options.Pis[0].Id, options.Pis[0].Name, options.Pis[0].Address));
        Assert.Equal(new DnsEndPoint("192.168.0.10", 3240), options.Pis[0].EndPoint);
        Assert.Equal(new DnsEndPoint("fd00::7", 3250), options.Pis[1].EndPoint);
        Assert.Equal(Slug.Of("[fd00::7]:3250"), options.Pis[1].Id);
        Assert.False(options.TakeRecognised);
        Assert.Equal(3, options.Radios.Length);
        Assert.Equal(new RadioMatch(UsbId.Parse("10c4:8a2a")), options.Radios[0].Match);
        Assert.Equal(("attic", "Z-Wave", "radios[0]"), (options.Radios[0].Pi, options.Radios[0].Name, options.Radios[0].Path));
        Assert.Equal(["core_zwave_js"], options.Radios[0].RestartApps);
        Assert.Equal(new UsbPort(null, "1.4"), options.Radios[1].Match.Port);
        Assert.Equal("a:b@c", options.Radios[2].Match.Serial);
        Assert.Equal(
            (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(5)),
            (options.Hold, options.Replug, options.Stale));
        Assert.Equal(("house/longwire", "ha", LogLevel.Debug), (options.BaseTopic, options.DiscoveryPrefix, options.LogLevel));
        Assert.Equal(
            new MqttOptions
            {
                Host = "broker.lan", Port = 8884, Username = "longwire", Password = "p: #w", Tls = true, Ca = "/ssl/ca.pem",
                Cert = "/config/c.pem", Key = "/config/k.pem", Verify = false,
            },
            options.Mqtt);
    }

    [Theory]
    [InlineData("cert: /config/c.pem, tls: true", "mqtt.cert", "name the file of mqtt.key, too", null)]
    [InlineData("key: /config/k.pem, tls: true", "mqtt.key", "name the file of mqtt.cert, too", null)]
    [InlineData("host: h, cert: /config/c.pem, key: /config/k.pem", "mqtt.cert", "set mqtt.tls to true", "/config/c.pem")]
    public void A_certificate_without_its_key_or_without_TLS_is_named(string mqtt, string path, string remedy, string? cert)
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml($"pis: [{{address: attic.lan}}]\nmqtt: {{{mqtt}}}");

        OptionProblem problem = Assert.Single(loaded.Problems);
        Assert.Equal(path, problem.Path);
        Assert.Contains(remedy, problem.ToString(), StringComparison.Ordinal);
        Assert.Equal((cert, cert is null ? null : "/config/k.pem"), (loaded.Options.Mqtt.Cert, loaded.Options.Mqtt.Key));
    }

    [Fact]
    public void Json_and_yaml_say_the_same() => Assert.Equal(Read.Yaml(EverythingInYaml).Options, Read.Json(EverythingInJson).Options);

    [Fact]
    public void What_is_left_out_has_the_value_of_the_design()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml("pis: [{address: attic.lan}]");

        Assert.Empty(loaded.Problems);
        Assert.True(loaded.Options.TakeRecognised);
        Assert.Equal(TimeSpan.FromSeconds(300), loaded.Options.Hold);
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(15)), (loaded.Options.Replug, loaded.Options.Stale));
        Assert.Equal(("longwire", "homeassistant"), (loaded.Options.BaseTopic, loaded.Options.DiscoveryPrefix));
        Assert.Equal(new MqttOptions(), loaded.Options.Mqtt);
        Assert.True(loaded.Options.Mqtt.Verify);
        Assert.Equal(LogLevel.Information, loaded.Options.LogLevel);
    }

    [Fact]
    public void Empty_fields_of_the_supervisors_form_count_as_left_out()
    {
        LoadedOptions<AttachOptions> loaded = Read.Json("""
            {
              "pis": [{ "name": "", "address": "192.168.0.10", "pairing_code": "" }],
              "radios": [], "mqtt": { "host": "", "port": null, "password": "" }, "log_level": null
            }
            """);

        Assert.Empty(loaded.Problems);
        Assert.Null(loaded.Options.Pis[0].Name);
        Assert.Null(loaded.Options.Pis[0].Pairing);
        Assert.True(loaded.Options.TakeRecognised);
        Assert.Equal(new MqttOptions(), loaded.Options.Mqtt);
    }

    [Fact]
    public void A_text_alone_is_enough_for_a_pi_and_for_a_radio()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml("pis: 192.168.0.10\nradios:\n  - 0658:0200\n");

        Assert.Empty(loaded.Problems);
        Assert.Equal("192.168.0.10", loaded.Options.Pis[0].Address);
        Assert.Equal("0658:0200", loaded.Options.Radios[0].Match.ToString());
    }

    [Fact]
    public void A_list_of_radios_in_which_nothing_is_readable_does_not_mean_all_of_them()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml("pis: [{address: attic}]\nradios: [{match: nonsense}]");

        Assert.Empty(loaded.Options.Radios);
        Assert.False(loaded.Options.TakeRecognised);
        Assert.False(Read.Yaml("pis: [{address: attic}]\nradios: {match: 0658:0200}").Options.TakeRecognised);
    }

    [Fact]
    public void A_radio_finds_its_pi_by_name_address_or_id()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml("""
            pis: [{name: Attic Pi, address: 10.0.0.1}]
            radios:
              - {match: 0658:0200, pi: attic pi}
              - {match: 10c4:8a2a, pi: 10.0.0.1}
            """);

        Assert.Empty(loaded.Problems);
        Assert.All(loaded.Options.Radios, rule => Assert.Equal(Slug.Of("Attic Pi"), rule.Pi));
    }

    [Fact]
    public void A_pairing_code_never_falls_back_to_an_unencrypted_connection()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml("""
            pis:
              - {name: attic, address: 10.0.0.1, pairing_code: LW1-TOPSECRET}
              - {name: cellar, address: 10.0.0.2}
            radios: [{match: 0658:0200, pi: attic}]
            """);

        Assert.Equal(["cellar"], loaded.Options.Pis.Select(pi => pi.Id));
        // Nor does the radio of the Pi that was left out turn up as a rule for every Pi.
        Assert.Empty(loaded.Options.Radios);
        OptionProblem problem = Assert.Single(loaded.Problems);
        Assert.Equal("pis[0].pairing_code", problem.Path);
        Assert.DoesNotContain("TOPSECRET", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_say_the_same_are_equal_and_a_changed_one_is_not()
    {
        AttachOptions one = Read.Yaml(EverythingInYaml).Options, other = Read.Yaml("# a comment\n" + EverythingInYaml).Options;

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, Read.Yaml(EverythingInYaml.Replace("core_zwave_js", "other", StringComparison.Ordinal)).Options);
        Assert.NotEqual(one, Read.Yaml(EverythingInYaml.Replace("p: #w", "p: #x", StringComparison.Ordinal)).Options);
        Assert.NotEqual(one.Radios[0], other.Radios[1]);
    }

    [Fact]
    public void An_entry_that_only_moved_has_not_changed() =>
        Assert.Equal(
            Read.Yaml("pis: [{address: a}]\nradios: [0658:0200]").Options.Radios[0],
            Read.Yaml("pis: [{address: a}]\nradios: [10c4:8a2a, 0658:0200]").Options.Radios[1]);

    [Fact]
    public void Secrets_are_not_printed()
    {
        AttachOptions options = Read.Yaml(EverythingInYaml).Options;

        Assert.DoesNotContain("p: #w", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("p: #w", options.Mqtt.ToString(), StringComparison.Ordinal);
    }
}
