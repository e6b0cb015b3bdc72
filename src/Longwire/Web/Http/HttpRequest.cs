using System.Net.Sockets;
using System.Text;

namespace Longwire.Web.Http;

/// <summary>
/// What counts of a request (RFC 9112): its head's first line and whom it asks for. Its body, should it have one, is never looked at.
/// </summary>
/// <param name="Path">Without the query.</param>
/// <param name="Host">Without the port, in the case that the client wrote it in; empty if it named none, as HTTP/1.0 may.</param>
internal sealed record HttpRequest(string Method, string Path, string Host)
{
    /// <summary>A browser's behind the Supervisor's ingress is a fifth of this.</summary>
    private const int LongestHead = 8 * 1024;

    /// <returns>Null: the client has gone.</returns>
    /// <exception cref="InvalidDataException">This is no request, or its head is too long.</exception>
    public static async Task<HttpRequest?> ReadAsync(Socket client, CancellationToken cancellationToken)
    {
        byte[] head = new byte[LongestHead];
        int length = 0;
        while (length < head.Length)
        {
            int count = await client.ReceiveAsync(head.AsMemory(length), cancellationToken);
            if (count == 0) return null;
            int from = Math.Max(0, length - 3);
            length += count;
            int end = head.AsSpan(from, length - from).IndexOf("\r\n\r\n"u8);
            if (end >= 0) return Parse(Encoding.Latin1.GetString(head, 0, from + end));
        }
        throw new InvalidDataException($"a head of more than {LongestHead} bytes");
    }

    /// <param name="head">Without the empty line that ends it.</param>
    /// <exception cref="InvalidDataException">This is no request.</exception>
    public static HttpRequest Parse(string head)
    {
        string[] lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [{ Length: > 0 } method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"])
        {
            throw new InvalidDataException("not a request line");
        }
        const string Name = "Host:";
        string[] hosts =
            [.. lines.Skip(1).Where(line => line.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
                .Select(line => line[Name.Length..].Trim())];
        // RFC 9112, 3.2: two of them are an attempt to be taken for somebody else.
        if (hosts.Length > 1) throw new InvalidDataException("more than one host");
        return new HttpRequest(method, target.Split('?', 2)[0], hosts is [var host] ? WithoutPort(host) : "");
    }

    private static string WithoutPort(string host)
    {
        int colon = host.LastIndexOf(':');
        return colon > host.LastIndexOf(']') ? host[..colon] : host;
    }
}
