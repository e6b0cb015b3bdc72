using System.Text.Json;

namespace Longwire.Lab.Containers;

/// <summary>What our image says of itself: the program, its environment and its health check, as the Dockerfile set them.</summary>
public sealed record ContainerImage(
    IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Command, IReadOnlyList<string> Environment, IReadOnlyList<string> Health)
{
    /// <param name="architecture">amd64 or arm64.</param>
    public static ContainerImage Read(string architecture)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(LabFolders.ContainerImage(architecture)));
        JsonElement config = document.RootElement.GetProperty("Docker").GetProperty("config");
        IReadOnlyList<string> health = config.TryGetProperty("Healthcheck", out JsonElement check) ? Strings(check, "Test") : [];
        return new ContainerImage(Strings(config, "Entrypoint"), Strings(config, "Cmd"), Strings(config, "Env"), health);
    }

    private static string[] Strings(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(one => one.GetString()!)]
            : [];
}
