using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Longwire.Attach.Ports;
using Longwire.Composition;

namespace Longwire.Commands;

/// <summary>Radios that a person names on the command line, by id or by name.</summary>
internal static class RememberedRadios
{
    /// <summary>Null: none is called so, or several are; see <see cref="WhyNone"/>.</summary>
    public static RadioMemory? Find(ImmutableArray<RadioMemory> known, string asked) => Called(known, asked) is [var one] ? one : null;

    public static string WhyNone(ImmutableArray<RadioMemory> known, string asked)
    {
        int count = Called(known, asked).Count;
        string what = count == 0 ? $"No radio is called '{asked}'" : $"{count} radios are called '{asked}'; use an id";
        string listed = known.IsEmpty ? "none is remembered" : string.Join(", ", known.Select(Show));
        return $"{what}. Known: {listed}.";
    }

    /// <summary>What a killed attach may have left on a port, with the remedy, as half a sentence; null if nothing.</summary>
    public static string? LeftAttached(IEnumerable<RadioMemory> chosen, ProgramContext context)
    {
        // A port does not survive a boot.
        string bootId = new AttachKernel(context.Sysfs).BootId;
        return chosen.FirstOrDefault(radio => radio.Attached?.BootId == bootId) is { Attached: { } record } left
            ? $"the last attach was killed, and {Show(left)} may still sit on vhci port {record.Port}. Start longwire attach and stop it "
                + "once, which frees the port"
            : null;
    }

    public static string Show(RadioMemory radio) => $"{radio.Id} ({radio.Name})";

    private static List<RadioMemory> Called(ImmutableArray<RadioMemory> known, string asked)
    {
        List<RadioMemory> byId = [.. known.Where(radio => radio.Id == asked)];
        return byId.Count > 0 ? byId : [.. known.Where(radio => string.Equals(radio.Name, asked, StringComparison.OrdinalIgnoreCase))];
    }
}
