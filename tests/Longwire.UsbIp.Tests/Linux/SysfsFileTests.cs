using System.Text;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.UsbIp.Tests.Linux;

public sealed class SysfsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-files-").FullName;

    [Theory]
    [InlineData("usbip-host/rebind", "1-1")]
    [InlineData("usbip-host/match_busid", "del 1-1")]
    [InlineData("usbip-host/match_busid", "1-1")]
    [InlineData("usbip-host/match_busid", "")]
    public void What_can_crash_the_kernel_is_not_even_opened(string file, string text)
    {
        string path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "untouched");
        Assert.Throws<InvalidOperationException>(() => SysfsFile.Write(path, text));
        Assert.Equal("untouched", File.ReadAllText(path));
    }

    [Fact]
    public void Exactly_the_text_is_written()
    {
        string path = Path.Combine(_folder, "attribute");
        File.WriteAllText(path, "");
        SysfsFile.Write(path, "add 1-1");
        Assert.Equal("add 1-1"u8.ToArray(), File.ReadAllBytes(path));
    }

    [Fact]
    public void A_refusal_names_place_text_and_error()
    {
        string path = Path.Combine(_folder, "missing");
        KernelRefusedException e = Assert.Throws<KernelRefusedException>(() => SysfsFile.Write(path, "on"));
        Assert.Equal(path, e.Path);
        Assert.Equal("on", e.Text);
        Assert.Equal("ENOENT", e.ErrorName);
        Assert.Equal(Errno.NoEntry, e.ErrorNumber);
        Assert.Contains("ENOENT", e.Message, StringComparison.Ordinal);
        Assert.Equal("ENOSPC", Assert.Throws<KernelRefusedException>(() => SysfsFile.Write("/dev/full", "x")).ErrorName);
    }

    [Fact]
    public void What_is_not_there_reads_as_null()
    {
        Assert.Null(SysfsFile.Read(Path.Combine(_folder, "missing")));
        Assert.Null(SysfsFile.Read(_folder));
        Assert.Null(SysfsFile.ReadBytes(Path.Combine(_folder, "missing/deeper")));
    }

    [Fact]
    public void A_text_loses_its_newline_and_a_large_file_is_read_up_to_a_bound()
    {
        string path = Path.Combine(_folder, "attribute");
        File.WriteAllText(path, "480\n");
        Assert.Equal("480", SysfsFile.Read(path));
        File.WriteAllBytes(path, Encoding.ASCII.GetBytes(new string('x', 9000)));
        Assert.Equal(9000, SysfsFile.Read(path)!.Length);
        File.WriteAllBytes(path, new byte[10 << 20]);
        Assert.Equal(65536, SysfsFile.ReadBytes(path)!.Length);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
