using Longwire.History;
using Longwire.Platform;
using Longwire.State;
using Longwire.Web.Http;
using Longwire.Web.Pages;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>Puts together what the page's server answers.</summary>
internal static class WebComposition
{
    /// <param name="token">The option web_token now.</param>
    /// <param name="version">Of Longwire, as the page shows it.</param>
    public static WebSite Site(
        WebAddress address,
        StateFeed feed,
        PiLists lists,
        ICommandSink commands,
        HistoryBook history,
        Func<string?> token,
        TimeProvider time,
        ILogger<WebSite> logger,
        string? version = null)
    {
#pragma warning disable CA2000 // The site disposes of it.
        var log = new TransitionLog(logger, time);
#pragma warning restore CA2000
        string shown = version ?? ProgramVersion.Text;
        var view = new StateView(lists, shown);
        var desk = new CommandDesk(new Visitor(address, token), feed, commands, time, logger);
        return new WebSite(address, feed, view, new EventStream(feed, view, time), desk, new HistoryAnswer(history, time), shown, log);
    }
}
