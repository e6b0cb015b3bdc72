namespace Longwire.UsbIp.Linux;

/// <summary>The modules on disk for the running kernel, by the lists that depmod makes (modules.dep(5), modules.builtin).</summary>
/// <param name="folder">/lib/modules</param>
internal sealed class ModuleFiles(string folder, string release)
{
    /// <summary>Of the running kernel: what uname -r says.</summary>
    public string Release => release;

    // An update that takes the modules away may leave their folder behind.
    public bool IsForRunningKernel => File.Exists(Path.Combine(folder, release, "modules.dep"));

    public bool IsForAnyKernel => Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any();

    public bool Has(string module) => Lists("modules.dep", module);

    public bool IsBuiltIn(string module) => Lists("modules.builtin", module);

    // "kernel/drivers/usb/usbip/vhci-hcd.ko.xz: kernel/…": the first word of a line is the module itself.
    private bool Lists(string list, string module)
    {
        string file = "/" + Underscored(module) + ".ko";
        try
        {
            return File.ReadLines(Path.Combine(folder, release, list))
                .Any(line => Underscored(line.Split(':')[0]) is var path
                    && (path.EndsWith(file, StringComparison.Ordinal) || path.Contains(file + ".", StringComparison.Ordinal)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string Underscored(string name) => name.Replace('-', '_');
}
