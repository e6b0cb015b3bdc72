using System.Globalization;
using System.Net;
using System.Text;
using Longwire.Web.Pages;

namespace Longwire.Web.Http;

/// <summary>An answer as it is sent (RFC 9112). The connection ends with it.</summary>
internal sealed record HttpAnswer(HttpStatusCode Status, string Type, byte[] Body)
{
    /// <summary>One that says only what its status says.</summary>
    public static HttpAnswer Of(HttpStatusCode status) =>
        new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes($"{(int)status} {status}\n"));

    public byte[] Head(DateTimeOffset now) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"""
        HTTP/1.1 {(int)Status} {Status}
        Date: {now:R}
        Content-Type: {Type}
        Content-Length: {Body.Length}
        Connection: close
        {(Status == HttpStatusCode.MethodNotAllowed ? "Allow: GET, HEAD\n" : "")}Content-Security-Policy: {Page.Policy}
        X-Content-Type-Options: nosniff
        Referrer-Policy: no-referrer
        Cache-Control: no-store


        """).ReplaceLineEndings("\r\n"));
}
