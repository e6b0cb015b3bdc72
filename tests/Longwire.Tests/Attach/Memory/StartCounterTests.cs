using Longwire.Attach.Memory;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Memory;

public sealed class StartCounterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-starts-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1000));

    private string File => Path.Combine(_folder, "link-starts.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_start_has_a_higher_number_also_where_the_clock_stands_still_or_is_set_back()
    {
        Assert.Equal([1000UL, 1001UL, 1002UL], [Next(), Next(), Next()]);
        _time.AdjustTime(DateTimeOffset.UnixEpoch);
        Assert.Equal(1003UL, Next());
    }

    [Fact]
    public void A_start_after_an_old_backup_was_put_back_is_above_all_before_it()
    {
        Next();
        string backup = System.IO.File.ReadAllText(File);
        ulong last = 0;
        for (int i = 0; i < 3; i++) last = Next();
        System.IO.File.WriteAllText(File, backup);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(Next() > last);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{ "format": 2, "starts": 5 }""")]
    [InlineData("""{ "format": 1, "starts": -1 }""")]
    [InlineData("""{ "format": 1, "starts": 9223372036854775807 }""")]
    [InlineData("""{ "format": 1, "starts": 92233720368547758070 }""")]
    public void A_file_that_cannot_be_understood_is_named_and_kept_and_the_number_rises_with_the_clock(string content)
    {
        ulong last = Next();
        System.IO.File.WriteAllText(File, content);
        _time.Advance(TimeSpan.FromSeconds(5));

        ulong next = StartCounter.Next(_folder, _time, out string? problem);

        Assert.True(next > last);
        Assert.Contains($"{File} cannot be understood", problem, StringComparison.Ordinal);
        Assert.Equal(content, System.IO.File.ReadAllText(File + ".unreadable"));
        Assert.Equal(next + 1, Next());
    }

    [Fact]
    public void A_start_whose_number_cannot_be_kept_says_so_and_the_next_one_is_higher_all_the_same()
    {
        Next();
        Directory.CreateDirectory(File + ".new");
        _time.Advance(TimeSpan.FromDays(1));
        ulong unkept = StartCounter.Next(_folder, _time, out string? problem);
        Assert.Contains($"{File} cannot be written", problem, StringComparison.Ordinal);

        Directory.Delete(File + ".new");
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(Next() > unkept);
    }

    private ulong Next()
    {
        ulong next = StartCounter.Next(_folder, _time, out string? problem);
        Assert.Null(problem);
        return next;
    }
}
