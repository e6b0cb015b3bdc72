using System.Net;
using Microsoft.Extensions.Logging;

namespace Longwire.Web.Http;

internal static partial class WebLog
{
    [LoggerMessage(LogLevel.Information, "The web page is on port {Port}")]
    public static partial void Listening(ILogger logger, int port);

    [LoggerMessage(
        LogLevel.Warning,
        "{Address} asked for the web page and was refused: it is for the Supervisor's ingress and for this machine alone")]
    public static partial void Refused(ILogger logger, IPAddress address);

    [LoggerMessage(LogLevel.Information, "{Person} asked on the web page: {Command} {Radio} ({Id})")]
    public static partial void Asked(ILogger logger, string person, string command, string radio, string id);

    [LoggerMessage(LogLevel.Information, "{Person} added to the options on the web page: {What}")]
    public static partial void Added(ILogger logger, string person, string what);

    [LoggerMessage(LogLevel.Information, "{Person} wanted on the web page to add to the options: {What}; not done: {Why}")]
    public static partial void NotAdded(ILogger logger, string person, string what, string why);

    [LoggerMessage(LogLevel.Information, "{Person} asked on the web page: {What}")]
    public static partial void AskedFor(ILogger logger, string person, string what);

    [LoggerMessage(LogLevel.Error, "The checks of the web page could not be run")]
    public static partial void NotChecked(ILogger logger, Exception e);

    [LoggerMessage(LogLevel.Error, "The web page could not be made")]
    public static partial void Fault(ILogger logger, Exception e);
}
