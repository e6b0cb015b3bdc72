using System.Net;
using System.Security.Cryptography;
using System.Text;
using Longwire.Platform;

namespace Longwire.Web.Pages;

/// <summary>
/// The page, whole in itself: behind the Supervisor's ingress it lives under a path that only the browser knows, so it refers to
/// nothing. It needs no script; with one it copies. Names come from sticks, Pis and kernels: everything is escaped, and what got
/// through would not run, since only our own script may.
/// </summary>
internal static class Page
{
    private static readonly string s_style = Resource("page.css");

    // Over plain http there is no clipboard but the old one, and in ingress' frame not always that.
    private static readonly string s_script = Resource("page.js");

    /// <summary>Content-Security-Policy: the hash of our style and of our script, and nothing from anywhere.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src '{Hash(s_style)}'; script-src '{Hash(s_script)}'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'self'";

    public static string Write(PageContent content)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
            + "content=\"width=device-width, initial-scale=1\">\n")
            .Append("<title>Longwire</title>\n<style>").Append(s_style).Append("</style>\n</head>\n<body>\n");
        html.Append("<h1>Longwire <small>").Append(Text(content.Version)).Append("</small></h1>\n");
        if (content.Problems.IsEmpty) html.Append("<p class=\"well\">All is well with Longwire itself.</p>\n");
        foreach (string problem in content.Problems) Paragraph(html, "problem", problem);
        if (content.Pis.IsEmpty) html.Append("<p>No Pi is named in the options yet: add one under pis, with its address.</p>\n");
        foreach (PagePi pi in content.Pis) Write(html, pi);
        html.Append("<script>").Append(s_script).Append("</script>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void Write(StringBuilder html, PagePi pi)
    {
        html.Append("<h2>").Append(Text(pi.Title)).Append("</h2>\n");
        if (pi.Problem is not null) Paragraph(html, "problem", $"It gives no list: {pi.Problem}");
        else if (pi.Sticks.IsEmpty) Paragraph(html, "", "It lists no stick.");
        foreach (PageStick stick in pi.Sticks) Write(html, stick);
        foreach (string note in pi.Notes) Paragraph(html, "note", note);
    }

    private static void Write(StringBuilder html, PageStick stick)
    {
        html.Append("<article>\n<h3>").Append(Text(stick.Name));
        if (stick.Status is not null)
        {
            html.Append(": <span class=\"")
                .Append(stick.Problem ? "problem" : "well")
                .Append("\">")
                .Append(Text(stick.Status))
                .Append("</span>");
        }
        html.Append("</h3>\n");
        Paragraph(html, "detail", stick.Detail);
        Paragraph(html, "", stick.Why);
        foreach (string path in stick.SerialPaths)
        {
            Copyable(html, stick.Provisional.Contains(path) ? "Serial port, which may change" : "Serial port", path);
        }
        if (stick.Line is not null) Copyable(html, "For the options, under radios", stick.Line);
        html.Append("</article>\n");
    }

    private static void Paragraph(StringBuilder html, string kind, string text) =>
        html.Append("<p").Append(kind.Length == 0 ? "" : $" class=\"{kind}\"").Append('>').Append(Text(text)).Append("</p>\n");

    // Hidden until the script is there to do what it says.
    private static void Copyable(StringBuilder html, string what, string text) =>
        html.Append("<p>")
            .Append(what)
            .Append(": <code>")
            .Append(Text(text))
            .Append("</code><button type=\"button\" hidden>Copy</button></p>\n");

    private static string Text(string text) => WebUtility.HtmlEncode(Printable.Of(text));

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(Page).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
