using System.Globalization;

namespace Longwire.Doctor;

/// <summary>What is free where Longwire writes. It writes little; a full disk makes it forget all the same.</summary>
internal sealed class DiskSpaceCheck : LocalCheck
{
    private const long MiB = 1024 * 1024;

    // Its own files are some kilobytes; each is written beside the old one first.
    private const long Full = 1 * MiB;
    private const long Scarce = 100 * MiB;
    private const string Remedy = "Free some space: 'sudo journalctl --vacuum-size=100M', 'docker system prune', and old backups";

    public override Question Question { get; } = new("disk_space", "The free space on the disk of the data folder was read.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        // Before the first start there is no folder: what it will be made in counts.
        string? folder = Path.GetFullPath(context.DataFolder);
        while (folder is not null && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
        long free = context.FreeBytes(folder ?? "/");
        string text = string.Create(CultureInfo.InvariantCulture, $"{free / MiB} MiB are free there.");
        yield return free < Full ? Question.Problem("The disk is full: Longwire cannot remember anything new.", Remedy)
            : free < Scarce ? Question.Note(text, Remedy)
            : Question.Ok(text);
    }
}
