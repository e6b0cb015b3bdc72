using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.UsbIp.Linux;

namespace Longwire.Migration;

/// <summary>
/// What is left on this machine of the classic recipe, for the people who come from it. In a container none of it can be seen, and then
/// nothing is said.
/// </summary>
/// <param name="root">/ (tests have a tree of their own).</param>
internal sealed class FormerSetup(string root, SysfsRoot sysfs)
{
    private readonly ClassicUnits _units = new(new UnitFolders(root));

    /// <param name="port">Where we are to listen: who has that port is said by who tries to have it, and here only for a list.</param>
    public ImmutableArray<FormerSetupPart> OnPi(int? port)
    {
        IEnumerable<FormerSetupPart> listener = port is { } number && TcpListeners.OwnerOf(sysfs, number) is { Name: "usbipd" } owner
            ?
            [
                new FormerSetupPart(
                    $"{owner} listens on port {number}, where longwire export is to listen", ["systemctl disable --now usbipd"]),
            ]
            : [];
        // The rules first: as long as they stand, a stick that is plugged in again is taken again.
        return [.. new UdevRules(root).Find(), .. listener, .. _units.OnPi(), .. new ModuleLines(root).Find()];
    }

    public ImmutableArray<FormerSetupPart> OnHost(IReadOnlyCollection<PiOptions> pis, IReadOnlyCollection<RadioMemory> known) =>
        [.. PortsOfOthers(pis, known), .. FilesOnHost()];

    /// <summary>Radios that somebody else has attached to this machine. To be asked before we attach any ourselves.</summary>
    public ImmutableArray<FormerSetupPart> PortsOfOthers(IReadOnlyCollection<PiOptions> pis, IReadOnlyCollection<RadioMemory> known) =>
        [.. new ForeignPorts(root, sysfs).Find(pis, known)];

    /// <summary>Units and lists of modules: a hundred files and more are read for it.</summary>
    public ImmutableArray<FormerSetupPart> FilesOnHost() => [.. _units.OnHost(), .. new ModuleLines(root).Find()];
}
