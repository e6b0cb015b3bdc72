using System.Net;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Link.Liveness;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A paired Pi that is not where it was: found by what it has said before, and by nothing else than its key.</summary>
public sealed class MovedPiTests : IDisposable
{
    private static readonly byte[] s_noDevices = [.. DeviceListReply.Encode([])];
    private static readonly IPAddress s_next = IPAddress.Parse("127.0.0.2");

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-moved-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_Pi_whose_address_changes_in_an_outage_is_found_at_one_that_it_has_said_before()
    {
        AddressBook book = ForgetfulBook.New();
        bool isMoved = false;
        await using var pi = new PlayedPi(
            async (connection, hello, stop) =>
            {
                await ControlAsync(connection, hello, AddressesFrame.Encode([s_next]), stop);
                // Its connections end when it moves.
                bool before = Volatile.Read(ref isMoved);
                while (Volatile.Read(ref isMoved) == before) await Task.Delay(10, stop);
            },
            book: book);
        await UntilAnsweredAsync(pi);
        await UntilAsync(() => book.Of("attic", pi.Pin).Length == 2);
        Assert.Equal([IPAddress.Loopback, s_next], book.Of("attic", pi.Pin).Select(point => point.Address));
        pi.At = s_next;
        Volatile.Write(ref isMoved, true);
        await UntilAnsweredAsync(pi);
        // From then on that is where it was last.
        await UntilAsync(() => book.Of("attic", pi.Pin) is [var last, ..] && last.Address.Equals(s_next));
    }

    [Theory]
    [InlineData("reached", "127.0.0.1")]
    [InlineData("said", "127.0.0.2")]
    public async Task A_Pi_whose_name_cannot_be_looked_up_is_found_after_a_restart_where_it_was_or_said_that_it_is(string how, string at)
    {
        AddressBook? book = null;
        await using var pi = new PlayedPi(
            async (connection, hello, stop) =>
            {
                await ControlAsync(connection, hello, AddressesFrame.Encode([]), stop);
                await Handshake.WaitForEndAsync(connection, stop);
            },
            name: "attic.invalid",
            bookFor: (key, port) => book = how == "reached"
                ? Restarted(key, new IPEndPoint(IPAddress.Loopback, port))
                : Restarted(key, new IPEndPoint(IPAddress.Loopback, 9), new IPEndPoint(s_next, port)))
        {
            At = IPAddress.Parse(at),
        };
        await UntilAnsweredAsync(pi);
        // None that it says is no news of where it was.
        Assert.Equal(at, book!.Of("attic", pi.Pin)[0].Address.ToString());
    }

    [Fact]
    public async Task Whoever_answers_at_a_remembered_address_with_another_key_is_told_nothing()
    {
        await using var stranger = new PlayedPi(
            (connection, hello, stop) => ControlAsync(connection, hello, AddressesFrame.Encode([]), stop), name: "attic.invalid");
        await using var pi = new PlayedPi(
            async (connection, hello, stop) =>
            {
                await ControlAsync(connection, hello, AddressesFrame.Encode([]), stop);
                await Handshake.WaitForEndAsync(connection, stop);
            },
            name: "attic.invalid",
            bookFor: (key, port) => Restarted(
                key, new IPEndPoint(IPAddress.Loopback, stranger.Options.EndPoint.Port), new IPEndPoint(s_next, port)));
        await UntilAnsweredAsync(pi);
        Assert.Equal(0, stranger.Hellos);
    }

    [Fact]
    public async Task A_Pi_says_its_addresses_at_the_beginning_and_when_they_change()
    {
        await using var pi = new LinkedPi();
        pi.Own = [IPAddress.Parse("192.168.0.10")];
        pi.Addresses.LookAgain();
        int port = await pi.PortAsync();
        PairingCode code = await pi.PairAsync(port);
        var options = new PiOptions
        {
            Id = "attic", Name = "attic", Address = "127.0.0.1", EndPoint = new DnsEndPoint("127.0.0.1", port), Pairing = code,
        };
        using LinkKey key = LinkKey.Create();
        using var timers = new TimerThread("test timers");
        var events = System.Threading.Channels.Channel.CreateUnbounded<AttachEvent>();
        AddressBook book = ForgetfulBook.New();
        using var watch = new LinkPiWatch(
            options, new LinkIdentity(key, InstanceNonce.Create(), 1, "house", "1.2.3"), events.Writer, book, Dns.GetHostAddressesAsync,
            TimeProvider.System, timers);
        Task watching = watch.RunAsync();
        await UntilAsync(() => Of(book) == $"127.0.0.1:{port} 192.168.0.10:{port}");
        pi.Own = [IPAddress.Parse("fd00::10"), IPAddress.Parse("192.168.0.11"), IPAddress.Parse("fe80::1")];
        pi.Addresses.LookAgain();
        await UntilAsync(() => Of(book) == $"127.0.0.1:{port} 192.168.0.11:{port} [fd00::10]:{port}");
        // Between two networks it has none, and may come back in the first.
        pi.Own = [];
        pi.Addresses.LookAgain();
        await pi.PlugAsync();
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (await events.Reader.ReadAsync(deadline.Token) is not AttachEvent.PiAnswered { List.Devices.Length: 1 })
        {
        }
        Assert.Equal($"127.0.0.1:{port} 192.168.0.11:{port} [fd00::10]:{port}", Of(book));
        watch.Stop();
        await watching.WaitAsync(RawHost.Deadline, RawHost.Cancelled);

        string Of(AddressBook known) => string.Join(' ', known.Of("attic", code.Pin));
    }

    // As if it had been told so in the life before.
    private AddressBook Restarted(KeyPin key, params IPEndPoint[] addresses)
    {
        new AddressFile(_folder).Save(new AddressMemory(
            AddressMemory.CurrentFormat, [new PiAddressMemory("attic", key.ToString(), [.. addresses.Select(point => point.ToString())])]));
        var book = new AddressBook(new AddressFile(_folder), TimeProvider.System, _ => { });
        book.Load();
        return book;
    }

    private static async Task ControlAsync(LinkConnection connection, Hello hello, byte[] addresses, CancellationToken stop)
    {
        await Handshake.WelcomeAsync(connection, new Welcome { Epoch = hello.Epoch }, stop);
        await PlayedPi.SayAsync(connection, FrameType.Addresses, addresses, stop);
        await PlayedPi.SayAsync(connection, FrameType.Offers, s_noDevices, stop);
    }

    private static async Task UntilAnsweredAsync(PlayedPi pi)
    {
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (await pi.SaidAsync() is not AttachEvent.PiAnswered) deadline.Token.ThrowIfCancellationRequested();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, "waited in vain");
            await Task.Delay(10, RawHost.Cancelled);
        }
    }
}
