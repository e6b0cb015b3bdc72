using System.Globalization;
using Longwire.Doctor;

namespace Longwire.Commands;

/// <summary><c>longwire doctor</c> for people: what is wrong comes first, what is right last and in short.</summary>
internal static class DoctorText
{
    private const int Width = 100;
    private const string Indent = "    ";

    public static void Write(TextWriter output, IReadOnlyList<Finding> findings)
    {
        WriteLong(output, "WRONG", Of(FindingLevel.Problem));
        WriteLong(output, "GOOD TO KNOW", Of(FindingLevel.Note));
        WriteLong(output, "NOT TO BE SEEN FROM HERE", Of(FindingLevel.Unknown));
        Finding[] fine = Of(FindingLevel.Ok);
        if (fine.Length > 0) output.WriteLine("FINE");
        foreach (Finding finding in fine) Wrap(output, "  ", $"{finding.Checked} {finding.Found}");
        output.WriteLine();
        int wrong = findings.Count(finding => finding.Level == FindingLevel.Problem);
        output.WriteLine(wrong switch
        {
            0 => "Nothing is wrong, as far as can be seen from here.",
            1 => "One thing is wrong.",
            _ => string.Create(CultureInfo.InvariantCulture, $"{wrong} things are wrong."),
        });

        Finding[] Of(FindingLevel level) => [.. findings.Where(finding => finding.Level == level)];
    }

    private static void WriteLong(TextWriter output, string head, Finding[] findings)
    {
        if (findings.Length == 0) return;
        output.WriteLine(head);
        foreach (Finding finding in findings)
        {
            Wrap(output, "  ", finding.Checked);
            Wrap(output, Indent, finding.Found);
            if (finding.Remedy is { } remedy) Wrap(output, Indent, $"→ {remedy}");
        }
        output.WriteLine();
    }

    private static void Wrap(TextWriter output, string indent, string text)
    {
        string line = indent;
        foreach (string word in text.Split(' '))
        {
            if (line.Length > indent.Length && line.Length + word.Length + 1 > Width)
            {
                output.WriteLine(line);
                line = indent + "  ";
            }
            line += line.Trim().Length == 0 ? word : " " + word;
        }
        output.WriteLine(line);
    }
}
