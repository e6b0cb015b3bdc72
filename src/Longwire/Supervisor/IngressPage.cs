using System.Globalization;
using Longwire.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Longwire.Supervisor;

/// <summary>
/// Finds out where Home Assistant shows our page, so that the bridge's device can link to it: that address has the app's slug in it, which
/// begins with a hash of the repository that it was installed from. Asks until it is known, then now and then, since it changes with Core.
/// </summary>
internal sealed class IngressPage(SupervisorClient supervisor, StateFeed feed, TimeProvider time, ILogger<IngressPage> logger)
    : BackgroundService
{
    /// <summary>
    /// The first Core that shows an app's page at /app/; /hassio/ingress/ is deprecated there, and is all that older ones know.
    /// </summary>
    private const int FirstYear = 2026;
    private const int FirstMonth = 2;

    /// <returns>Null: none, or none that Home Assistant's check would surely take; a bad one loses the whole device there.</returns>
    public static string? UrlOf(OwnPage page)
    {
        if (page is not { Ingress: true, Slug: { Length: > 0 } slug }) return null;
        if (!slug.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')) return null;
        string[] core = page.CoreVersion?.Split('.') ?? [];
        if (core.Length < 2 || !int.TryParse(core[0], NumberStyles.None, CultureInfo.InvariantCulture, out int year)
            || !int.TryParse(core[1], NumberStyles.None, CultureInfo.InvariantCulture, out int month))
            return null;
        bool isApp = (year, month).CompareTo((FirstYear, FirstMonth)) >= 0;
        return isApp ? $"homeassistant://app/{slug}" : $"homeassistant://hassio/ingress/{slug}";
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? known = null;
        while (true)
        {
            try
            {
                known = UrlOf(await supervisor.ReadOwnPageAsync(stoppingToken));
                feed.Describe(details => details with { Page = known ?? BridgeDetails.NoPage });
            }
            catch (SupervisorException e)
            {
                // What was known stays: the page has not moved because nobody answers.
                SupervisorLog.PageNotKnown(logger, e.Message);
            }
            await Task.Delay(known is null ? SupervisorTimers.PageSoon : SupervisorTimers.PageAgain, time, stoppingToken);
        }
    }
}
