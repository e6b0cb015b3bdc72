using System.Net;
using System.Security.Cryptography;
using System.Text;
using Longwire.Platform;
using Microsoft.AspNetCore.Http;

namespace Longwire.Web.Http;

/// <summary>Who asks for something to be done, and whether it is to be.</summary>
/// <param name="token">The option web_token now; null: none is set.</param>
internal sealed class RequestAuthorization(WebAddress address, Func<string?> token, ActionPace pace)
{
    /// <summary>
    /// A page elsewhere cannot send it: its browser would ask first whether it may, and gets no answer that says so.
    /// </summary>
    public const string OwnHeader = "X-Longwire";

    public const string TokenHeader = "X-Longwire-Token";
    private const string NameHeader = "X-Remote-User-Display-Name";
    private const int LongestName = 64;

    private static readonly string[] s_passedOn = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"];

    private const string TooFast = "That is more than anybody presses in a minute. Wait a moment, then try again.";
    private const string Foreign = "This request does not come from Longwire's own page. Reload the page and try again.";
    private const string SameOrigin = "same-origin";

    /// <summary>What the page may offer: <c>yes</c>, <c>token</c> (one has to be named) or <c>no</c>.</summary>
    public string MayAct(HttpContext context) => AccessOf(context) switch
    {
        WebAccess.Full => "yes",
        WebAccess.WithToken when token() is not null => "token",
        _ => "no",
    };

    /// <returns>True: it may not, and has been answered.</returns>
    public async Task<bool> IsRefusedAsync(HttpContext context)
    {
        // What other sites have a browser send does not count as this person's.
        if (!IsOwnPage(context.Request))
        {
            await Answers.SayAsync(context, StatusCodes.Status403Forbidden, Foreign);
            return true;
        }
        // Before a token is looked at: it must not be found by trying.
        if (!pace.Takes(PersonOf(context)))
        {
            await Answers.SayAsync(context, StatusCodes.Status429TooManyRequests, TooFast);
            return true;
        }
        if (Refusal(context) is not { } refusal) return false;
        await Answers.SayAsync(context, StatusCodes.Status403Forbidden, refusal);
        return true;
    }

    /// <returns>Why not, for a person; null: it may.</returns>
    private string? Refusal(HttpContext context)
    {
        switch (AccessOf(context))
        {
            case WebAccess.Full:
                return null;
            case WebAccess.WithToken when token() is { } expected:
                return IsSame(context.Request.Headers[TokenHeader].ToString(), expected)
                    ? null
                    : "The token is not the one of the option web_token. Write it again.";
            case WebAccess.WithToken:
                return "From another machine this page only shows. Set the option web_token to act from here.";
            default:
                return "From here this page only shows. Open it in Home Assistant.";
        }
    }

    // Whoever comes through a server of this machine's comes from it, wherever they are. Most such servers say for whom they ask, and a
    // person who has set a token wants it named.
    private WebAccess AccessOf(HttpContext context)
    {
        WebAccess access = address.AccessOf(context.Connection.RemoteIpAddress);
        if (access != WebAccess.Full || address.Ingress is not null) return access;
        bool isPassedOn = Array.Exists(s_passedOn, context.Request.Headers.ContainsKey);
        return isPassedOn || token() is not null ? WebAccess.WithToken : access;
    }

    /// <summary>For the log.</summary>
    public string PersonOf(HttpContext context)
    {
        IPAddress? client = context.Connection.RemoteIpAddress;
        if (!address.IsIngress(client)) return $"Somebody at {WebAddress.Plain(client ?? IPAddress.None)}";
        // Anybody can write that header; the Supervisor puts there whom Home Assistant knows.
        string name = context.Request.Headers[NameHeader].ToString().Trim();
        return name.Length > 0 ? Printable.Of(name, LongestName) : "Somebody";
    }

    // Browsers say it themselves, and no script can change what they say. Over plain http to another machine they do not; then Origin,
    // which comes with every POST, has to name us. Ingress and what people have before it may change the port, and keep the name
    // somewhere.
    private bool IsOwnPage(HttpRequest request)
    {
        if (!request.Headers.ContainsKey(OwnHeader)) return false;
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0) return site == SameOrigin;
        if (!Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out Uri? origin)) return false;
        if (address.Ingress is null) return string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
        return IsHost(origin, request.Host) || IsHost(origin, new HostString(request.Headers["X-Forwarded-Host"].ToString()));
    }

    private static bool IsHost(Uri origin, HostString host) =>
        host.HasValue && string.Equals(origin.Host, host.Host, StringComparison.OrdinalIgnoreCase);

    // As long as it takes for any other one: the sums are of one length, and do not tell where two texts differ.
    private static bool IsSame(string said, string expected) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(said)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
