using System.Net;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Link.Pairing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Memory;

/// <summary>What a host remembers of where its paired Pis are.</summary>
public sealed class AddressBookTests : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);
    private static readonly KeyPin s_key = new([.. Enumerable.Repeat((byte)7, KeyPin.Size)]);
    private static readonly KeyPin s_other = new([.. Enumerable.Repeat((byte)8, KeyPin.Size)]);
    private static readonly IPEndPoint s_here = IPEndPoint.Parse("192.168.0.10:3241"), s_there = IPEndPoint.Parse("[fd00::10]:3241");

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-addresses-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly List<string?> _said = [];

    private string File => Path.Combine(_folder, "link-addresses.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_put_is_there_after_a_restart_the_last_one_first()
    {
        await RunAsync(book => book.Put("attic", s_key, [s_here, s_there, s_here]));
        Assert.Equal([s_here, s_there], Start().Of("attic", s_key));
        Assert.Empty(Start().Of("cellar", s_key));
        Assert.DoesNotContain(_said, said => said is not null);
    }

    [Fact]
    public async Task Another_Pi_of_the_same_name_is_not_looked_for_where_the_first_was()
    {
        await RunAsync(book => book.Put("attic", s_key, [s_here]));
        AddressBook book = Start();
        Assert.Empty(book.Of("attic", s_other));
        book.Put("attic", s_other, [s_there]);
        Assert.Equal([s_there], book.Of("attic", s_other));
        Assert.Empty(book.Of("attic", s_key));
    }

    [Fact]
    public async Task Of_one_Pi_eight_are_remembered_and_of_all_Pis_those_that_were_heard_last()
    {
        await RunAsync(book =>
        {
            book.Put("first", s_key, [s_here]);
            for (int i = 0; i < AddressBook.MostPis; i++) book.Put($"pi{i}", s_key, [s_here]);
            book.Put("pi0", s_key, Enumerable.Range(1, 20).Select(port => new IPEndPoint(s_here.Address, port)));
            book.Put("last", s_key, [s_here]);
        });
        AddressBook book = Start();
        Assert.Equal(Enumerable.Range(1, 8), book.Of("pi0", s_key).Select(point => point.Port));
        AddressMemory written = new AddressFile(_folder).Load(out _)!;
        Assert.Equal((AddressBook.MostPis, AddressBook.MostOfPi), (written.Pis.Length, written.Pis.Max(pi => pi.Addresses.Length)));
        Assert.Empty(book.Of("first", s_key));
        Assert.Empty(book.Of("pi1", s_key));
        Assert.NotEmpty(book.Of("pi2", s_key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not JSON at all")]
    [InlineData("""{ "format": 2, "pis": [] }""")]
    [InlineData("""{ "format": 1, "pis": null }""")]
    [InlineData("""{ "format": 1, "pis": [null] }""")]
    [InlineData("""{ "format": 1, "pis": [{}] }""")]
    [InlineData("""{ "format": 1, "pis": [{ "id": "attic", "key": "0707070707070707" }] }""")]
    [InlineData("""{ "format": 1, "pis": [{ "id": "attic", "key": "0707070707070707", "addresses": [null] }] }""")]
    [InlineData("""{ "format": 1, "pis": [{ "id": "attic", "key": "0707070707070707", "addresses": [""] }] }""")]
    [InlineData("""{ "format": 1, "pis": [{ "id": "attic", "key": "0707070707070707", "addresses": ["attic.local:3241"] }] }""")]
    [InlineData("""{ "format": 1, "pis": [{ "id": "attic", "key": "0707070707070707", "addresses": ["192.168.0.10"] }] }""")]
    [InlineData("""{ "format": 1, "pis": [{ "id": "attic", "key": "0707070707070707", "addresses": ["1:3241"] }] }""")]
    public async Task A_file_that_cannot_be_understood_is_named_and_kept_and_stops_nothing(string content)
    {
        await System.IO.File.WriteAllTextAsync(File, content, TestContext.Current.CancellationToken);
        AddressBook book = Start();
        Assert.Contains("link-addresses.json", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Empty(book.Of("attic", s_key));
        await RunAsync(again => again.Put("attic", s_key, [s_here]));
        Assert.Equal([s_here], Start().Of("attic", s_key));
        Assert.Contains(Directory.GetFiles(_folder), file => System.IO.File.ReadAllText(file) == content);
        Assert.Null(_said[^1]);
    }

    [Fact]
    public void A_file_with_more_than_is_remembered_is_read_as_far_as_it_is()
    {
        string addresses = string.Join(", ", Enumerable.Range(1, 100).Select(port => $"\"192.168.0.10:{port}\""));
        string pis = string.Join(", ", Enumerable.Range(0, 100).Select(
            i => $$"""{ "id": "pi{{i}}", "key": "0707070707070707", "addresses": [{{addresses}}] }"""));
        System.IO.File.WriteAllText(File, $$"""{ "format": 1, "pis": [{{pis}}] }""");
        AddressBook book = Start();
        Assert.Empty(_said);
        Assert.Equal(8, book.Of("pi99", s_key).Length);
        Assert.Empty(book.Of("pi0", s_key));
    }

    [Fact]
    public async Task A_Pi_that_says_another_address_each_second_does_not_wear_the_disk()
    {
        AddressBook book = Start();
        using var stop = new CancellationTokenSource();
        Task running = book.RunAsync(stop.Token);
        book.Put("attic", s_key, [s_here]);
        await UntilAsync(() => System.IO.File.Exists(File));
        System.IO.File.Delete(File);
        // It rests from now on, by the clock of the test.
        for (int i = 1; i < 59; i++)
        {
            book.Put("attic", s_key, [new IPEndPoint(s_here.Address, i)]);
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Assert.False(System.IO.File.Exists(File));
        // Whenever its rest began.
        await UntilAsync(() =>
        {
            _time.Advance(AttachTimers.AddressesRest);
            return System.IO.File.Exists(File);
        });
        Assert.Equal(58, Start().Of("attic", s_key)[0].Port);
        await stop.CancelAsync();
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_is_told_and_tried_again()
    {
        Directory.CreateDirectory(File);
        AddressBook book = new(new AddressFile(_folder), _time, Say);
        using var stop = new CancellationTokenSource();
        Task running = book.RunAsync(stop.Token);
        book.Put("attic", s_key, [s_here]);
        await UntilAsync(() => Said(1));
        Assert.Contains("cannot be written", _said[0], StringComparison.Ordinal);
        Assert.Equal([s_here], book.Of("attic", s_key));
        Directory.Delete(File);
        await UntilAsync(() =>
        {
            _time.Advance(AttachTimers.MemoryRetry);
            return Said(2);
        });
        Assert.Null(_said[1]);
        Assert.Equal([s_here], Start().Of("attic", s_key));
        await stop.CancelAsync();
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
    }

    private AddressBook Start()
    {
        var book = new AddressBook(new AddressFile(_folder), _time, Say);
        book.Load();
        return book;
    }

    private async Task RunAsync(Action<AddressBook> use)
    {
        AddressBook book = Start();
        using var stop = new CancellationTokenSource();
        Task running = book.RunAsync(stop.Token);
        use(book);
        await stop.CancelAsync();
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
    }

    private void Say(string? problem)
    {
        lock (_said) _said.Add(problem);
    }

    private bool Said(int count)
    {
        lock (_said) return _said.Count >= count;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, "waited in vain");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
