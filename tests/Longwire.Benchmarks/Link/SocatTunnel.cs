using System.Globalization;
using Longwire.Testing;

namespace Longwire.Benchmarks.Link;

/// <summary>Two <c>socat</c>s with TCP in the clear between them: the least that carrying a socket over TCP costs.</summary>
internal sealed class SocatTunnel : IAsyncDisposable
{
    private const int Port = 3244;

    private readonly LeashedProcess _far, _near;

    private SocatTunnel(LeashedProcess far, LeashedProcess near) => (_far, _near) = (far, near);

    /// <summary>From <see cref="NearHalf.SocatSocket"/> to <see cref="FarHalf.UnixSocket"/>.</summary>
    public static async Task<SocatTunnel> OpenAsync(TwoHouses houses, ScratchFolder folder, CancellationToken cancellationToken)
    {
        LeashedProcess far = await Half.StartAsync(
            houses.Far,
            "socat", "-d", "-d",
            string.Create(CultureInfo.InvariantCulture, $"TCP-LISTEN:{Port},nodelay,reuseaddr"),
            $"UNIX-CONNECT:{folder.File(FarHalf.UnixSocket)}");
        await UntilListeningAsync(far, cancellationToken);
        LeashedProcess near = await Half.StartAsync(
            houses.Near,
            "socat", "-d", "-d",
            $"UNIX-LISTEN:{folder.File(NearHalf.SocatSocket)}",
            string.Create(CultureInfo.InvariantCulture, $"TCP:{TwoHouses.FarAddress}:{Port},nodelay"));
        await UntilListeningAsync(near, cancellationToken);
        return new SocatTunnel(far, near);
    }

    public async ValueTask DisposeAsync()
    {
        await _near.DisposeAsync();
        await _far.DisposeAsync();
    }

    private static Task UntilListeningAsync(LeashedProcess socat, CancellationToken cancellationToken) =>
        Half.UntilAsync(() => socat.Said.Contains("listening", StringComparison.Ordinal), socat, "socat listens", cancellationToken);
}
