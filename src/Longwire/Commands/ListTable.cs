using System.Globalization;
using Longwire.Inventory;
using Longwire.Platform;

namespace Longwire.Commands;

/// <summary><c>longwire list</c> for people.</summary>
internal static class ListTable
{
    private static readonly string[] s_heads = ["BUS ID", "USB ID", "NAME", "WHAT IT IS", ""];

    public static void Write(TextWriter output, StickList list)
    {
        output.WriteLine($"{list.Title}:");
        if (list.Sticks.Length > 0)
        {
            output.WriteLine();
            string[][] rows = [s_heads, .. list.Sticks.Select(Row)];
            int[] widths = [.. Enumerable.Range(0, s_heads.Length).Select(column => rows.Max(row => row[column].Length))];
            foreach (string[] row in rows)
            {
                output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
            }
        }
        else
        {
            output.WriteLine("  none");
        }
        List<ListedStick> lines = [.. list.Sticks.Where(stick => stick.Line is not null)];
        if (lines.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("To name them in the options:");
            output.WriteLine("radios:");
            int width = lines.Max(stick => stick.Line!.Length);
            foreach (ListedStick stick in lines)
            {
                output.WriteLine($"  {stick.Line!.PadRight(width)}  # {Clean(stick.Name)} at {stick.BusId}");
            }
        }
        foreach (string note in list.Notes)
        {
            output.WriteLine();
            output.WriteLine(note);
        }
    }

    private static string[] Row(ListedStick stick) =>
        [stick.BusId.ToString(), stick.Id.ToString(), Clean(stick.Name), Kind(stick), Clean(stick.Reason)];

    private static string Kind(ListedStick stick) => stick.Recognition switch
    {
        null => "unknown",
        { SerialPorts: 1, Kind: var kind } => kind,
        { SerialPorts: var ports, Kind: var kind } => string.Create(CultureInfo.InvariantCulture, $"{kind}, {ports} serial ports"),
    };

    // Sticks and processes choose their names.
    private static string Clean(string text) => Printable.Of(text);
}
