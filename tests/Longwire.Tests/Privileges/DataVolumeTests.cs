using Longwire.Privileges;
using Longwire.Testing.Kernel;
using Xunit;

namespace Longwire.Tests.Privileges;

public sealed class DataVolumeTests : IDisposable
{
    private const string Overlay = "20 10 0:40 / / rw,relatime - overlay overlay rw\n";

    private readonly FakeSysfs _sysfs = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal) { [ContainerImage.Variable] = "1" };

    public void Dispose() => _sysfs.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData("21 20 8:1 /volumes/longwire/_data /data rw - ext4 /dev/sda1 rw\n", false)]
    [InlineData("21 20 8:1 /x /data2 rw - ext4 /dev/sda1 rw\n", true)]
    [InlineData("21 20 0:50 / /data rw - tmpfs tmpfs rw\n", true)]
    public void A_data_folder_that_goes_with_the_container_is_named_with_the_remedy(string mounts, bool problem)
    {
        string? said = Problem(Overlay + mounts);
        Assert.Equal(problem, said is not null);
        if (problem) Assert.Contains("longwire:/data", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_below_a_volume_is_on_it() =>
        Assert.Null(Problem(Overlay + "21 20 8:1 / /my\\040data rw - ext4 /dev/sda1 rw\n", "/my data/longwire"));

    [Theory]
    [InlineData(ContainerImage.Variable, "")]
    [InlineData(ContainerImage.SupervisorVariable, "secret")]
    public void On_a_machine_and_under_the_supervisor_there_is_nothing_to_say(string variable, string value)
    {
        _environment[variable] = value;
        Assert.Null(Problem(Overlay));
    }

    private string? Problem(string mounts, string folder = "/data")
    {
        FakeSysfs.WriteFile(Path.Combine(_sysfs.Root.Proc, "self/mountinfo"), mounts);
        return DataVolume.Problem(_sysfs.Root, _environment, folder);
    }
}
