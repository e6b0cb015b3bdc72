namespace Longwire.Radios;

/// <summary>
/// A text that a stick says of itself: its serial, its manufacturer, its product. Of one stick it comes from its descriptors, from the
/// kernel, from memory, and from a person's options, and not each of these leaves out the blanks at its ends.
/// </summary>
internal static class StickText
{
    /// <summary>As it is compared; null where it says nothing.</summary>
    public static string? Normalised(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>Whether both say the same, or both nothing.</summary>
    public static bool IsSame(string? one, string? other) => Normalised(one) == Normalised(other);
}
