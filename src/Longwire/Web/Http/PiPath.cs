namespace Longwire.Web.Http;

/// <summary><c>api/pis/{id}/{word}</c>.</summary>
internal static class PiPath
{
    private const string Pis = "/api/pis/";

    /// <summary>Null: it is another address.</summary>
    public static (string Pi, string Word)? Of(string path) =>
        path.StartsWith(Pis, StringComparison.Ordinal) && path[Pis.Length..].Split('/') is [var pi, var word] ? (pi, word) : null;
}
