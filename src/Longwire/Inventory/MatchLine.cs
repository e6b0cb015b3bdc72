using Longwire.Options;
using Longwire.Platform;
using Longwire.Radios;
using Longwire.UsbIp.Usb;

namespace Longwire.Inventory;

/// <summary>The entry for <c>radios</c> that means one stick: as short as it can be while it means no other of those present.</summary>
internal static class MatchLine
{
    /// <param name="piName">Named in the entry too; null: leave it out.</param>
    public static string For(ListedStick stick, IReadOnlyCollection<ListedStick> present, string? piName)
    {
        string match = Quoted(Match(stick, present).ToString());
        return piName is null ? $"- match: {match}" : $"- {{ match: {match}, pi: {Quoted(piName)} }}";
    }

    /// <summary>Of a radio that is not in a list now.</summary>
    /// <param name="serial">Null: its kind alone tells it from the others.</param>
    public static string For(UsbId id, string? serial) => $"- match: {Quoted(Match(id, serial).ToString())}";

    /// <inheritdoc cref="For(UsbId, string?)"/>
    public static RadioMatch Match(UsbId id, string? serial) => new(id, IsWritable(serial) ? StickText.Normalised(serial) : null);

    public static RadioMatch Match(ListedStick stick, IReadOnlyCollection<ListedStick> present)
    {
        List<ListedStick> twins = [.. present.Where(other => other.Id == stick.Id && !ReferenceEquals(other, stick))];
        if (twins.Count == 0) return new RadioMatch(stick.Id);
        if (IsWritable(stick.Serial) && twins.TrueForAll(twin => twin.Serial is not null && !StickText.IsSame(twin.Serial, stick.Serial)))
        {
            return new RadioMatch(stick.Id, StickText.Normalised(stick.Serial));
        }
        bool chainTells = twins.TrueForAll(twin => twin.Port.Chain != stick.Port.Chain);
        return new RadioMatch(stick.Id, Port: chainTells ? new UsbPort(null, stick.Port.Chain) : stick.Port);
    }

    private static bool IsWritable(string? serial) =>
        !string.IsNullOrWhiteSpace(serial)
            && serial.Length <= OptionMap.LongestText / 2
            && !serial.Any(c => !Printable.Fits(c) || char.IsSurrogate(c));

    // In quotes always: 0658:0200 alone is a number in base 60 to some readers of YAML. Single quotes know one escape only.
    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny('"', '\\') ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : $"\"{text}\"";
}
