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
        foreach (IGrouping<FindingLevel, Finding> alike in findings.WorstFirst().GroupBy(finding => finding.Level))
        {
            output.WriteLine(Head(alike.Key));
            foreach (Finding finding in alike) Write(output, finding);
            output.WriteLine();
        }
        int wrong = findings.Count(finding => finding.Level == FindingLevel.Problem);
        output.WriteLine(wrong switch
        {
            0 => "Nothing is wrong, as far as can be seen from here.",
            1 => "One thing is wrong.",
            _ => string.Create(CultureInfo.InvariantCulture, $"{wrong} things are wrong."),
        });
    }

    private static string Head(FindingLevel level) => level switch
    {
        FindingLevel.Problem => "WRONG",
        FindingLevel.Unknown => "NOT TO BE SEEN FROM HERE",
        FindingLevel.Note => "GOOD TO KNOW",
        _ => "FINE",
    };

    private static void Write(TextWriter output, Finding finding)
    {
        if (finding.Level == FindingLevel.Ok)
        {
            Wrap(output, "  ", $"{finding.Checked} {finding.Found}");
            return;
        }
        Wrap(output, "  ", finding.Checked);
        Wrap(output, Indent, finding.Found);
        if (finding.Remedy is { } remedy) Wrap(output, Indent, $"→ {remedy}");
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
