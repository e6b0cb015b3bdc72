namespace Longwire.Web.Http;

/// <summary><c>api/{radios or pis}/{id}/{word}</c>: one thing of many, and what is asked of it.</summary>
internal static class ApiPath
{
    /// <summary>Null: it is another address.</summary>
    public static (string Id, string Word)? OfRadio(string path) => Of("/api/radios/", path);

    /// <inheritdoc cref="OfRadio"/>
    public static (string Id, string Word)? OfPi(string path) => Of("/api/pis/", path);

    private static (string Id, string Word)? Of(string kind, string path) =>
        path.StartsWith(kind, StringComparison.Ordinal) && path[kind.Length..].Split('/') is [var id, var word] ? (id, word) : null;
}
