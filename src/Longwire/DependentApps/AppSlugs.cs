namespace Longwire.DependentApps;

/// <summary>What people write in <c>restart_apps</c>, and what the Supervisor calls it.</summary>
internal static class AppSlugs
{
    /// <summary>Known short names become the slug of the app that nearly everybody means; anything else is a slug already.</summary>
    public static string Of(string name) => name switch
    {
        "zwave_js" => "core_zwave_js",
        "zwave_js_ui" => "a0d7b954_zwavejs2mqtt",
        "zigbee2mqtt" => "45df7312_zigbee2mqtt",
        "otbr" => "core_openthread_border_router",
        _ => name,
    };
}
