using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

public sealed class OptionProblemTests
{
    /// <summary>What is written, where the problem is, the value it shows, and a word of the remedy.</summary>
    public static TheoryData<string, string, string, string> BadEntries => new()
    {
        { "hold_seconds: soon", "hold_seconds", "soon", "whole number from 0 to 3600" },
        { "hold_seconds: -1", "hold_seconds", "-1", "whole number" },
        { "hold_seconds: 99999999999999999999", "hold_seconds", "99999999999999999999", "whole number" },
        { "replug_seconds: -1", "replug_seconds", "-1", "whole number from 0 to 3600" },
        { "stale_seconds: 0", "stale_seconds", "0", "from 1" },
        { "stale_seconds: [1]", "stale_seconds", "a list", "whole number" },
        { "base_topic: 'a/#'", "base_topic", "a/#", "without +, #" },
        { "base_topic: /a", "base_topic", "/a", "slashes" },
        { "discovery_prefix: a//b", "discovery_prefix", "a//b", "slashes" },
        { "log_level: loud", "log_level", "loud", "debug" },
        { "log_level: {a: b}", "log_level", "a map of keys and values", "write a text" },
        { "mqtt: broker.lan", "mqtt", "", "host, port" },
        { "mqtt: {host: 'mqtt://broker'}", "mqtt.host", "mqtt://broker", "without '://'" },
        { "mqtt: {host: 'broker:1883'}", "mqtt.host", "broker:1883", "mqtt.port" },
        { "mqtt: {port: 70000}", "mqtt.port", "70000", "65535" },
        { "mqtt: {tls: maybe}", "mqtt.tls", "maybe", "true or false" },
        { "mqtt: {password: [hunter2]}", "mqtt.password", "a list", "write a text" },
        { "mqtt: {pasword: hunter2}", "mqtt.pasword", "", "did you mean 'password'" },
        { "mqtt: {username: \"a\\nb\"}", "mqtt.username", "a?b", "one line" },
        { "radio: []", "radio", "", "did you mean 'radios'" },
        { "Hold-Seconds: 3", "Hold-Seconds", "", "did you mean 'hold_seconds'" },
        { "quokka: 3", "quokka", "", "known here: pis" },
        { "log_level: info\nlog_level: debug", "log_level", "", "written twice" },
        { "radios: [{match: 10c4}]", "radios[0].match", "10c4", "vid:pid:serial" },
        { "radios: [{match: '10c4:8a2a@'}]", "radios[0].match", "10c4:8a2a@", "vid:pid@port" },
        { "radios: [{match: '10c4:8a2a:'}]", "radios[0].match", "10c4:8a2a:", "vid:pid:serial" },
        { "radios: [{match: [0658:0200]}]", "radios[0].match", "a list", "vid:pid" },
        { "radios: [{name: x}]", "radios[0].match", "", "is missing" },
        { "radios: [[]]", "radios[0]", "a list", "vid:pid" },
        { "radios: {match: 0658:0200}", "radios", "a map of keys and values", "a list" },
        { "radios: [{match: 0658:0200, pi: atic}]", "radios[0].pi", "atic", "did you mean 'attic'" },
        { "radios: [{match: 0658:0200}, {match: 0658:0200}]", "radios[1]", "0658:0200", "radios[0] is about the same radio" },
        { "radios: [{match: 0658:0200, restart_apps: [core zwave]}]", "radios[0].restart_apps[0]", "core zwave", "core_zwave_js" },
        { "radios: [{match: !secret stick}]", "radios[0].match", "a value with a tag", "!secret" },
        { "mqtt: {password: !secret mqtt}", "mqtt.password", "a value with a tag", "write the value itself" },
    };

    public static TheoryData<string, string, string, string> BadPis => new()
    {
        { "log_level: info", "pis", "", "no Pi is named" },
        { "pis: []", "pis", "", "no Pi is named" },
        { "pis: {address: a}", "pis", "a map of keys and values", "a list" },
        { "pis: [[]]", "pis[0]", "a list", "IPv4" },
        { "pis: [{name: attic}]", "pis[0].address", "", "is missing" },
        { "pis: [{adress: attic}]", "pis[0].adress", "", "did you mean 'address'" },
        { "pis: [{address: 192.168.0.300}]", "pis[0].address", "192.168.0.300", "four numbers" },
        { "pis: [{address: 192.168.1}]", "pis[0].address", "192.168.1", "four numbers" },
        { "pis: [{address: 010.0.0.1}]", "pis[0].address", "010.0.0.1", "four numbers" },
        { "pis: [{address: 'fd00::7'}]", "pis[0].address", "fd00::7", "[fd00::7]" },
        { "pis: [{address: 'attic:0'}]", "pis[0].address", "attic:0", "65535" },
        { "pis: [{address: 'attic:'}]", "pis[0].address", "attic:", "65535" },
        { "pis: [{address: 'tcp://attic'}]", "pis[0].address", "tcp://attic", "without '://'" },
        { "pis: [{address: 'my attic'}]", "pis[0].address", "my attic", "letters" },
        { "pis: [{address: a, pairing_code: LW1-x}]", "pis[0].pairing_code", "", "has a typo" },
        { "pis: [{address: a, pairing_code: attic}]", "pis[0].pairing_code", "", "begins with LW1-" },
        { "pis: [{address: a, pairing_code: LW2-abcde}]", "pis[0].pairing_code", "", "update Longwire on this side" },
        { "pis: [{address: a, pairing_code: LW1-ab?de}]", "pis[0].pairing_code", "", "stands in place 7" },
        { "pis: [{address: a, pairing_code: [LW1-a]}]", "pis[0].pairing_code", "", "as one text" },
        { "pis: [{address: a, pairing_code: !secret pi}]", "pis[0].pairing_code", "", "write the value itself" },
        { "pis: [{name: Pi, address: a}, {name: pi, address: b}]", "pis[1]", "pi", "pis[0] ('Pi') has the same name" },
        { "pis: [{name: x, address: A}, {name: y, address: a}]", "pis[1]", "y", "pis[0] ('x') has the same address" },
    };

    [Theory]
    [MemberData(nameof(BadEntries))]
    public void A_bad_entry_is_named_with_path_value_and_remedy(string yaml, string path, string value, string remedy)
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml("pis: [{name: attic, address: 192.168.0.10}]\n" + yaml);

        AssertProblem(Assert.Single(loaded.Problems), path, value, remedy);
        Assert.Equal("attic", Assert.Single(loaded.Options.Pis).Id);
    }

    [Theory]
    [MemberData(nameof(BadPis))]
    public void A_bad_pi_is_named_with_path_value_and_remedy(string yaml, string path, string value, string remedy) =>
        AssertProblem(Read.Yaml(yaml).Problems[0], path, value, remedy);

    [Fact]
    public void One_bad_entry_leaves_the_others_working()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml("""
            pis: [{address: bad address}, {name: attic, address: 10.0.0.1}]
            radios: [{match: bad}, {match: 0658:0200}]
            hold_seconds: bad
            """);

        Assert.Equal(["pis[0].address", "radios[0].match", "hold_seconds"], loaded.Problems.Select(problem => problem.Path));
        Assert.Equal([1, 2, 3], loaded.Problems.Select(problem => problem.Line ?? 0));
        Assert.Equal("attic", Assert.Single(loaded.Options.Pis).Id);
        Assert.Equal("radios[1]", Assert.Single(loaded.Options.Radios).Path);
    }

    [Fact]
    public void A_problem_is_a_sentence() =>
        Assert.Equal(
            "pis[0].address (line 1) is '192.168.0.300': write an IPv4 address as four numbers from 0 to 255",
            Read.Yaml("pis: [{address: 192.168.0.300}]").Problems[0].ToString());

    [Fact]
    public void A_value_is_shown_on_one_short_line()
    {
        OptionProblem problem = Read.Yaml($"pis: [{{address: \"x\\e[31m{new string('y', 200)}\"}}]").Problems[0];

        Assert.DoesNotContain('\e', problem.ToString());
        Assert.InRange(problem.Value.Length, 1, 70);
    }

    [Fact]
    public void Problems_without_number_are_counted_not_listed()
    {
        LoadedOptions<AttachOptions> loaded = Read.Yaml(
            "pis: [{address: a}]\nradios: [" + string.Join(',', Enumerable.Repeat("x", 1000)) + "]");

        Assert.Equal(51, loaded.Problems.Length);
        Assert.Equal("950 more problems", loaded.Problems[^1].Value);
    }

    private static void AssertProblem(OptionProblem problem, string path, string value, string remedy)
    {
        Assert.Equal((path, value), (problem.Path, problem.Value));
        Assert.Contains(remedy, problem.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
    }
}
