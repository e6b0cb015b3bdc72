using System.Globalization;
using Longwire.Doctor;
using Longwire.Options;
using Longwire.Platform;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>What is looked at on either side.</summary>
public sealed class MachineTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Each_entry_that_cannot_be_used_is_a_problem_with_its_place()
    {
        _bench.Context = _bench.Context with { OptionProblems = [new OptionProblem("pis[0].port", "x", "write a number")] };
        Finding found = await _bench.FindAsync(new OptionsCheck());
        Assert.Equal((FindingLevel.Problem, "pis[0].port"), (found.Level, found.Subject));
        Assert.Equal("pis[0].port is 'x': write a number.", found.Found);
        Assert.Equal("Correct that entry, and save: what is right in the options counts meanwhile.", found.Remedy);
    }

    [Fact]
    public async Task Options_without_a_mistake_are_fine() =>
        Assert.Equal("Every entry can be used.", (await _bench.FindAsync(new OptionsCheck())).Found);

    [Fact]
    public async Task Options_of_a_host_without_a_pi_are_a_problem()
    {
        Finding found = await _bench.FindAsync(new OptionsCheck(), "pis_named");
        Assert.Equal((FindingLevel.Problem, "There is none, so there is nowhere to get a radio from."), (found.Level, found.Found));
        Assert.Equal("Write one under pis: its address, and as pairing_code what 'sudo longwire pair' prints on it.", found.Remedy);
        _bench.HasPis(DoctorBench.Pi(3240));
        Assert.Equal("There is one.", (await _bench.FindAsync(new OptionsCheck(), "pis_named")).Found);
        _bench.HasPis(DoctorBench.Pi(3240), DoctorBench.Pi(3240, name: "cellar"));
        Assert.Equal("There are 2.", (await _bench.FindAsync(new OptionsCheck(), "pis_named")).Found);
    }

    [Fact]
    public async Task Root_sees_everything()
    {
        Finding found = await _bench.FindAsync(new RightsCheck());
        Assert.Equal((FindingLevel.Ok, "It runs as root, as Longwire does."), (found.Level, found.Found));
    }

    [Fact]
    public async Task Whoever_is_not_root_is_told_that_something_stays_unseen()
    {
        _bench.BeRoot(false);
        Finding found = await _bench.FindAsync(new RightsCheck());
        Assert.Equal(FindingLevel.Unknown, found.Level);
        Assert.Equal("It does not run as root, so what only root may do or see says nothing of Longwire itself.", found.Found);
        Assert.Equal("Run it as root: 'sudo longwire doctor', or in a container without '--user'.", found.Remedy);
        File.Delete(Path.Combine(_bench.Sysfs.Folder, "proc/self/status"));
        Assert.Equal("The kernel does not say as whom it runs.", (await _bench.FindAsync(new RightsCheck())).Found);
    }

    [Fact]
    public async Task A_clock_before_the_day_of_the_release_is_a_problem()
    {
        Assert.True(ProgramVersion.Released > DateTimeOffset.UnixEpoch);
        _bench.Context = _bench.Context with { Time = new FakeTimeProvider(ProgramVersion.Released.AddYears(-5)) };
        Finding found = await _bench.FindAsync(new ClockCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        string today = ProgramVersion.Released.AddYears(-5).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        Assert.Equal(
            $"It says {today} UTC, which was before this release was made. Certificates and pairing codes "
                + $"look as if they were not yet valid, or as if they were too old.", found.Found);
        Assert.Equal(
            "Switch a time server on: 'sudo timedatectl set-ntp true', or install chrony. 'timedatectl' "
                + "shows it.", found.Remedy);
    }

    [Fact]
    public async Task A_clock_after_it_may_be_right()
    {
        _bench.Context = _bench.Context with { Time = new FakeTimeProvider(ProgramVersion.Released.AddDays(1)) };
        Finding found = await _bench.FindAsync(new ClockCheck());
        Assert.Equal(FindingLevel.Ok, found.Level);
        Assert.EndsWith(" UTC, which may be right.", found.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adjtimex-nobody.txt", FindingLevel.Note, "Nothing keeps it right: it drifts, and after a loss of power it may be wrong.")]
    [InlineData("adjtimex-kept.txt", FindingLevel.Ok, "Something keeps it right.")]
    [InlineData(null, FindingLevel.Unknown, "The kernel does not say so here.")]
    internal async Task A_clock_that_nobody_keeps_right_is_told(string? recorded, FindingLevel level, string sentence)
    {
        _bench.Context = _bench.Context with { ReadClock = () => recorded is null ? null : Clock(recorded) };
        Finding found = await _bench.FindAsync(new ClockCheck(), "clock_synchronised");
        Assert.Equal((level, sentence), (found.Level, found.Found));
        if (recorded is null)
        {
            Assert.Equal("Run 'timedatectl' on the machine itself: 'System clock synchronized' should say yes.", found.Remedy);
        }
    }

    [Fact]
    public void The_kernel_of_this_machine_says_by_how_much_its_clock_may_be_wrong() =>
        Assert.InRange(KernelClock.Read()!.Value.MaxError, 0, 100_000_000);

    [Fact]
    public async Task A_data_folder_that_can_be_written_is_left_as_it_was()
    {
        Assert.Equal($"{_bench.DataFolder} can be written to.", (await _bench.FindAsync(new DataFolderCheck())).Found);
        Assert.Empty(Directory.GetFileSystemEntries(_bench.DataFolder));
        Assert.Equal("It does, as far as can be seen from here.", (await _bench.FindAsync(new DataFolderCheck(), "data_lasts")).Found);
    }

    [Fact]
    public async Task A_data_folder_that_is_not_there_is_no_problem()
    {
        _bench.Context = _bench.Context with { DataFolder = "/nowhere/longwire" };
        Finding found = Assert.Single(await _bench.RunAsync(new DataFolderCheck()));
        Assert.Equal((FindingLevel.Note, "There is no /nowhere/longwire yet."), (found.Level, found.Found));
        Assert.Equal("Longwire makes it at its first start. If it runs with another folder, name that with --data.", found.Remedy);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_a_problem_for_root_and_unknown_to_others()
    {
        // A folder of the kernel's in which nobody makes files.
        _bench.Context = _bench.Context with { DataFolder = "/proc/self/task" };
        Finding found = await _bench.FindAsync(new DataFolderCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.StartsWith(
            "Nothing can be written to /proc/self/task, so after a restart Longwire knows no radio again (", found.Found,
            StringComparison.Ordinal);
        Assert.Equal(
            "Free some space, and see that its disk is not mounted read-only: 'mount' shows it. A worn SD "
                + "card turns read-only.", found.Remedy);
        // Another one, which root may not write to either: that is the kernel's answer to who has no permission.
        _bench.BeRoot(false);
        _bench.Context = _bench.Context with { DataFolder = "/sys/kernel" };
        found = await _bench.FindAsync(new DataFolderCheck());
        Assert.SkipWhen(found.Found.Contains("Read-only", StringComparison.Ordinal), "/sys is read-only here");
        Assert.Equal(
            (FindingLevel.Unknown, "This user may not write to /sys/kernel; Longwire itself may well."), (found.Level, found.Found));
        Assert.Equal("Run 'sudo longwire doctor' to see it.", found.Remedy);
    }

    [Fact]
    public async Task A_data_folder_that_goes_with_its_container_is_a_problem()
    {
        _bench.BeInContainer();
        _bench.Write("proc/self/mountinfo", "1 0 0:1 / / rw - overlay overlay rw\n");
        Finding found = await _bench.FindAsync(new DataFolderCheck(), "data_lasts");
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Contains("goes with it at the next update", found.Found, StringComparison.Ordinal);
        Assert.StartsWith("Give it a named volume", found.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, FindingLevel.Problem, "The disk is full: Longwire cannot remember anything new.")]
    [InlineData(30L * 1024 * 1024, FindingLevel.Note, "30 MiB are free there.")]
    [InlineData(3000L * 1024 * 1024, FindingLevel.Ok, "3000 MiB are free there.")]
    internal async Task Free_space_is_told(long free, FindingLevel level, string sentence)
    {
        _bench.Context = _bench.Context with { FreeBytes = _ => free };
        Finding found = await _bench.FindAsync(new DiskSpaceCheck());
        Assert.Equal((level, sentence), (found.Level, found.Found));
        if (level == FindingLevel.Ok) return;
        Assert.Equal("Free some space: 'sudo journalctl --vacuum-size=100M', 'docker system prune', and old backups.", found.Remedy);
    }

    [Fact]
    public async Task Free_space_is_read_where_the_folder_will_be_made()
    {
        _bench.Context = _bench.Context with { DataFolder = Path.Combine(_bench.Sysfs.Folder, "not/yet") };
        Assert.EndsWith("MiB are free there.", (await _bench.FindAsync(new DiskSpaceCheck())).Found, StringComparison.Ordinal);
    }

    private static ClockReading Clock(string recorded)
    {
        string line = DoctorBench.Recorded(recorded).Split('\n').Single(text => text.Contains("maxerror:", StringComparison.Ordinal));
        return new ClockReading(long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture));
    }
}
