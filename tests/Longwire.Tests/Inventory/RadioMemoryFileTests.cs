using System.Globalization;
using Longwire.Composition;
using Longwire.Inventory;
using Longwire.Testing.Usbipd;
using Longwire.Tests.Commands;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Inventory;

/// <summary>Whoever only looks at what attach remembers, beside a running attach perhaps, leaves its folder as it is.</summary>
public sealed class RadioMemoryFileTests : IDisposable
{
    private const string OfALaterRelease = """{"format":2,"instance_id":"i","radios":[]}""";
    private const string Damaged = """{"format":1,"instance_id":"i","radios":[{"id":"0658""";

    private readonly TestRun _run = new();
    private readonly string _data;

    public RadioMemoryFileTests() => _data = Directory.CreateDirectory(Path.Combine(_run.Folder, "data")).FullName;

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(OfALaterRelease, null)]
    [InlineData(OfALaterRelease, Damaged)]
    [InlineData(Damaged, null)]
    [InlineData(Damaged, OfALaterRelease)]
    [InlineData("", null)]
    [InlineData("", OfALaterRelease)]
    [InlineData(null, Damaged)]
    [InlineData(null, null)]
    public async Task A_memory_that_cannot_be_understood_and_the_copy_of_one_stay_as_they_are(string? content, string? copy)
    {
        Write("memory.json", content);
        Write("memory.json.unreadable", copy);
        string[] before = Folder();

        // The page, at each look.
        var memory = new RadioMemoryFile(_data);
        Assert.Empty(memory.ReadIfPossible(out string? problem));
        Assert.Equal(content is null, problem is null);
        // The commands.
        Assert.Equal(content is null, Record.Exception(() => memory.Forget(["0658_0200_1"])) is null);
        Assert.Equal(content is null, Record.Exception(() => memory.ReadInstanceId()) is null);
        await using FakeUsbipd pi = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveAsync(OpCommon.Size);
            await client.SendAsync(DeviceListReply.Encode([ScriptedStick.Exported]));
        });
        string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{pi.EndPoint.Port}");
        Assert.Equal(ExitCode.Done, await _run.RunAsync("list", address, "--data", _data));
        Assert.Equal(content is not null, _run.Error.ToString().Contains("is left out here", StringComparison.Ordinal));

        Assert.Equal(before, Folder());
    }

    private void Write(string name, string? content)
    {
        if (content is not null) File.WriteAllText(Path.Combine(_data, name), content);
    }

    private string[] Folder() =>
        [.. Directory.GetFileSystemEntries(_data).Order(StringComparer.Ordinal).Select(
            path => $"{path} {File.GetLastWriteTimeUtc(path):O} {File.ReadAllText(path)}")];
}
