using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace Longwire.Web.Http;

/// <param name="Tag">Changes with the content (RFC 9110, 8.8.3).</param>
internal sealed record PageAsset(string Type, ReadOnlyMemory<byte> Content, string Tag);

/// <summary>
/// The page itself: a document, its style and its scripts, by their relative addresses. Behind the Supervisor's ingress it lives under a
/// path that only the browser knows.
/// </summary>
internal static class PageAssets
{
    /// <summary>What the resources' names begin with, in the project file.</summary>
    private const string Prefix = "page/";

    private const string Document = "index.html";

    /// <summary>
    /// Content-Security-Policy: names come from sticks, Pis and kernels, and the page writes them as text; what got through would not run.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'self'";

    private static readonly FrozenDictionary<string, PageAsset> s_all = Read();

    public static IReadOnlyCollection<PageAsset> All => s_all.Values;

    /// <param name="path">As it was asked for, with the slash at its start.</param>
    public static PageAsset? Find(string path) => s_all.GetValueOrDefault(path == "/" ? "/" + Document : path);

    private static FrozenDictionary<string, PageAsset> Read()
    {
        Assembly assembly = typeof(PageAssets).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => "/" + name[Prefix.Length..], name => Read(assembly, name), StringComparer.Ordinal);
    }

    private static PageAsset Read(Assembly assembly, string name)
    {
        using Stream resource = assembly.GetManifestResourceStream(name)!;
        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        return new PageAsset(TypeOf(name), content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 12))}\"");
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
