namespace Longwire.Web.Http;

/// <summary><c>api/radios/{id}/{word}</c>.</summary>
internal static class RadioPath
{
    private const string Radios = "/api/radios/";

    /// <summary>Null: it is another address.</summary>
    public static (string Radio, string Word)? Of(string path) =>
        path.StartsWith(Radios, StringComparison.Ordinal) && path[Radios.Length..].Split('/') is [var radio, var word]
            ? (radio, word)
            : null;
}
