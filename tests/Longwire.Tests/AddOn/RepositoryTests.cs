using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Longwire.Options;
using Longwire.Platform;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>What else stands beside config.yaml, and what must not stand anywhere.</summary>
public sealed class RepositoryTests
{
    private static readonly string[] s_endings = [".yaml", ".yml", ".json"];
    private static readonly string[] s_ofThePlatform = ["TARGETARCH", "BUILDPLATFORM"];

    [Fact]
    public void The_Supervisor_finds_one_app_one_repository_and_no_build_file()
    {
        Assert.Equal(["config.yaml"], Named("config"));
        Assert.Equal(["repository.json"], Named("repository"));
        Assert.Empty(Named("build"));
    }

    [Theory]
    [InlineData("icon.png", 128, 128)]
    [InlineData("logo.png", 250, 100)]
    public void Pictures_have_the_size_that_the_store_shows(string file, int width, int height)
    {
        byte[] png = File.ReadAllBytes(Checkout.PathOf(file));
        Assert.True(png.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']));
        // The first chunk is IHDR: width and height, big-endian, behind the signature and the chunk's own head.
        Assert.Equal(
            (width, height), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
    }

    [Fact]
    public void The_store_and_Home_Assistant_are_told_the_same_address_of_the_project() =>
        Assert.Equal((Checkout.Map("config.yaml").Find("url") as ScalarNode)?.Text, ProgramVersion.ProjectUrl);

    [Fact]
    public async Task A_release_writes_the_address_of_the_project_wherever_it_is_told()
    {
        const string Url = "https://longwire.example/home";
        string folder = Directory.CreateTempSubdirectory("longwire-release-").FullName;
        try
        {
            foreach (string file in Checkout.Files()
                .Where(file => file is "script/release" or "CHANGELOG.md" or "Directory.Build.props" or "Dockerfile" or "config.yaml"
                    or "DOCS.md" || file.EndsWith("compose.yaml", StringComparison.Ordinal)))
            {
                string copy = Path.Combine(folder, file);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(Checkout.PathOf(file), copy);
            }
            await File.AppendAllTextAsync(Path.Combine(folder, "CHANGELOG.md"), "\n## 9.8.7\n", TestContext.Current.CancellationToken);
            (int exit, string said) = await Checkout.RunAsync(
                "bash", Path.Combine(folder, "script/release"), "9.8.7", "registry.example/longwire", Url);
            Assert.True(exit == 0, said);
            Assert.Contains($"\nurl: {Url}\n", await ReadAsync("config.yaml"), StringComparison.Ordinal);
            Assert.Contains(
                $"<PackageProjectUrl>{Url}</PackageProjectUrl>", await ReadAsync("Directory.Build.props"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(folder, file), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_image_builds_without_any_argument()
    {
        string[] without =
        [
            .. Regex.Matches(Checkout.Text("Dockerfile"), @"^ARG (\w+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value),
        ];
        Assert.Empty(without.Except(s_ofThePlatform));
    }

    [Fact]
    [Trait("needs", "apparmor_parser")]
    public async Task The_AppArmor_profile_parses_and_is_the_only_one_of_its_file()
    {
        string[] lines = Checkout.Text("apparmor.txt").Split('\n');
        Assert.Equal("abi <abi/3.0>,", lines[0]);
        // The Supervisor puts the app's own name into each line that begins so.
        Assert.Single(lines, line => line.StartsWith("profile ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Trim() is "file," or "mount," or "capability," or "network,");
        (int exit, string said) = await Checkout.RunAsync("apparmor_parser", "--skip-kernel-load", "--skip-read-cache", "apparmor.txt");
        Assert.True(exit == 0, said);
    }

    [Fact]
    [Trait("needs", "yamllint")]
    public async Task Every_file_of_YAML_is_in_order()
    {
        string[] files = [.. Checkout.Files().Where(file => Path.GetExtension(file) is ".yaml" or ".yml")];
        Assert.Contains("config.yaml", files);
        (int exit, string said) = await Checkout.RunAsync("yamllint", ["--strict", .. files]);
        Assert.True(exit == 0, said);
    }

    [Fact]
    [Trait("needs", "shellcheck")]
    public async Task Every_shell_script_is_in_order()
    {
        // What is sourced is looked at through those that source it.
        string[] entries = [.. Checkout.Files().Where(file => Path.GetDirectoryName(file) is "script" or "findings" && IsShell(file))];
        string[] guests = [.. Checkout.Files().Where(file => FirstLine(file) == "#!/bin/busybox sh")];
        string[] others = [.. Checkout.Files().Where(IsShell).Except(entries)];
        Assert.Contains("script/test", entries);
        Assert.Contains("findings/mqttnet-timeout.sh", entries);
        Assert.Contains("tests/Longwire.Lab/Guest/init", guests);
        Assert.Contains("addon/deb/postinst", others);
        await Task.WhenAll(
            CheckAsync(["--external-sources", "--check-sourced", .. entries]),
            // SC3045: busybox's "read" has a time-out, which dash has not.
            CheckAsync(["--shell=dash", "--exclude=SC3045", .. guests]),
            CheckAsync(others));
    }

    private static async Task CheckAsync(params IEnumerable<string> arguments)
    {
        (int exit, string said) = await Checkout.RunAsync("shellcheck", arguments);
        Assert.True(exit == 0, said);
    }

    private static bool IsShell(string file) => FirstLine(file) is "#!/bin/sh" or "#!/bin/bash" or "#!/usr/bin/env bash";

    private static string FirstLine(string file) => File.ReadLines(Checkout.PathOf(file)).FirstOrDefault("");

    // The Supervisor leaves out folders with a dot for config.*, but not for build.*; nothing of ours needs the difference.
    private static IEnumerable<string> Named(string name) =>
        Checkout.Files().Where(file => Path.GetFileNameWithoutExtension(file) == name && s_endings.Contains(Path.GetExtension(file)));
}
