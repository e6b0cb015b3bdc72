using Longwire.Privileges;

namespace Longwire.Doctor;

/// <summary>Whether what Longwire remembers can be written, and is still there after an update.</summary>
internal sealed class DataFolderCheck : LocalCheck
{
    private static readonly Question s_lasts = new("data_lasts", "It was looked at whether the data folder outlives an update.");

    public override Question Question { get; } = new("data_folder", "A file was written to the data folder, and removed.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        string folder = context.DataFolder;
        yield return Directory.Exists(folder)
            ? Write(folder, context)
            : Question.Note(
                $"There is no {folder} yet.", "Longwire makes it at its first start. If it runs with another folder, name that with "
                    + "--data");
        if (DataVolume.Problem(context.Sysfs, context.Environment, folder) is { } problem)
        {
            (string found, string remedy) = FindingText.Split(problem);
            yield return s_lasts.Problem(found, remedy);
        }
        else if (Directory.Exists(folder)) yield return s_lasts.Ok("It does, as far as can be seen from here.");
    }

    private Finding Write(string folder, DoctorContext context)
    {
        string path = Path.Combine(folder, $".doctor-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            using (File.Open(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose,
            }))
            {
                return Question.Ok($"{folder} can be written to.");
            }
        }
        catch (UnauthorizedAccessException) when (!context.IsPrivileged)
        {
            return Question.Unknown(
                $"This user may not write to {folder}; Longwire itself may well.", "Run 'sudo longwire doctor' to see it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Question.Problem(
                $"Nothing can be written to {folder}, so after a restart Longwire knows no radio again ({e.Message.TrimEnd('.')}).",
                "Free some space, and see that its disk is not mounted read-only: 'mount' shows it. A worn SD card turns read-only");
        }
    }
}
