using System.Collections.Immutable;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Linux;
using Xunit;

namespace Longwire.UsbIp.Tests.Linux;

public sealed class KernelLogTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void Each_record_is_a_time_and_a_text_and_what_follows_about_its_device_is_left_out()
    {
        ImmutableArray<KernelLogRecord> records = KernelLog.Parse(
            "6,339,5140900,-;usb 1-1: a; b\n SUBSYSTEM=usb\n DEVICE=c189:3\n4,340,5690716,c;next\n");
        Assert.Equal(
            [new(TimeSpan.FromSeconds(5.1409), "usb 1-1: a; b"), new(TimeSpan.FromSeconds(5.690716), "next")], records);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no record")]
    [InlineData(";")]
    [InlineData("6,1;short")]
    [InlineData("6,1,x,-;no time")]
    [InlineData("6,1,-5,-;before the start")]
    [InlineData("6,1,9223372036854775807,-;never")]
    public void What_is_no_record_is_left_out(string text) => Assert.Empty(KernelLog.Parse(text));

    [Fact]
    public void A_log_longer_than_one_read_is_read_to_its_end()
    {
        string[] lines = [.. Enumerable.Range(0, 5000).Select(i => $"6,{i},{i},-;line {i}")];
        FakeSysfs.WriteFile(Path.Combine(_sysfs.Root.Dev, "kmsg"), string.Join('\n', lines) + "\n");
        KernelLogReading log = KernelLog.Read(_sysfs.Root);
        Assert.Equal((KernelLogAccess.Granted, 5000), (log.Access, log.Records.Length));
        Assert.Equal("line 4999", log.Records[^1].Text);
    }

    [Fact]
    public void Without_a_log_there_is_none_to_be_seen() => Assert.Equal(KernelLogAccess.Absent, KernelLog.Read(_sysfs.Root).Access);

    [Fact]
    public async Task The_log_of_this_machine_ends_whatever_may_be_read_of_it()
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        KernelLogReading log = await Task.Run(() => KernelLog.Read(SysfsRoot.Machine), cancelled)
            .WaitAsync(TimeSpan.FromSeconds(60), cancelled);
        Assert.True(log.Access == KernelLogAccess.Granted || log.Records.IsEmpty);
    }
}
