using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Longwire.Web.Http;

/// <summary>Bounds and waiting times of the page's server, as far as they are about connections.</summary>
/// <param name="Patience">Who does not ask, or does not read what it asked for, is left after this.</param>
internal readonly record struct WebLimits(TimeSpan Patience)
{
    public static WebLimits Default { get; } = new(TimeSpan.FromSeconds(15));

    /// <summary>A port that is taken is tried again after this.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    /// <summary>So many clients that are refused are answered at once, and as many are named.</summary>
    public const int RefusedAtOnce = 32;

    /// <summary>What one of them may still send when it has its answer, so that this reaches it.</summary>
    public const int LongestFarewell = 64 * 1024;

    /// <summary>With those that have asked for nothing yet, as browsers open them in advance.</summary>
    private const int ConnectionsAtOnce = 256;

    /// <summary>A browser's behind the Supervisor's ingress is a fifth of this.</summary>
    private const int LongestHead = 8 * 1024;

    private const int LongestRequestLine = 2 * 1024;

    /// <summary>A pairing code is the longest text that anybody sends, and has a tenth of this.</summary>
    private const int LongestBody = 8 * 1024;

    public void Bound(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        KestrelServerLimits limits = options.Limits;
        limits.MaxConcurrentConnections = ConnectionsAtOnce;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestLineSize = LongestRequestLine;
        limits.MaxRequestHeadersTotalSize = LongestHead;
        limits.MaxRequestBufferSize = 2 * LongestHead;
        limits.MaxRequestBodySize = LongestBody;
        limits.KeepAliveTimeout = Patience;
        limits.RequestHeadersTimeout = Patience;
    }
}
