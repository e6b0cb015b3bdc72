namespace Longwire.Attach;

/// <summary>A Pi that takes connections and does not serve them: what is said of it, wherever it is noticed.</summary>
internal static class SlowPi
{
    public static string Reason(string detail) =>
        "the Pi takes the connection and does not answer in time: it is overloaded, or what serves its sticks (usbipd or longwire "
            + $"export) hangs; restart that if it lasts ({detail})";
}
