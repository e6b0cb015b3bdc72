using System.Net;
using System.Net.Sockets;
using Longwire.Doctor;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Testing;
using Longwire.Testing.Peers;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>The ways to Pis without a pairing code, and the names of all.</summary>
public sealed class ReachTests : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(500);

    private readonly DoctorBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_name_that_leads_somewhere_is_fine()
    {
        Names(_ => [IPAddress.Parse("192.168.0.10")], DoctorBench.Pi(3240, "attic.lan"), DoctorBench.Pi(3240, "192.168.0.11", "cellar"));
        Finding found = Assert.Single(await _bench.RunAsync(new NamesCheck()));
        Assert.Equal((FindingLevel.Ok, "attic.lan", "attic.lan is 192.168.0.10."), (found.Level, found.Subject, found.Found));
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_is_a_problem()
    {
        Names(_ => throw new SocketException((int)SocketError.HostNotFound), DoctorBench.Pi(3240, "attic.lan"));
        Finding found = await _bench.FindAsync(new NamesCheck(), subject: "attic.lan");
        Assert.Equal(FindingLevel.Problem, found.Level);
        string why = new SocketException((int)SocketError.HostNotFound).Message;
        Assert.Equal($"The name attic.lan of attic leads nowhere ({why}).", found.Found);
        Assert.Equal(
            "Write the Pi's IP address instead, and let your router give it always the same one. A container "
                + "does not know names that end with .local.", found.Remedy);
        Names(_ => [], DoctorBench.Pi(3240, "attic.lan"));
        Assert.Equal(
            "The name attic.lan of attic leads nowhere (it has no address).", (await _bench.FindAsync(new NamesCheck())).Found);
    }

    [Fact]
    public async Task A_name_of_which_nobody_says_anything_is_a_problem()
    {
        var clock = new SteppedClock();
        _bench.HasPis(DoctorBench.Pi(3240, "attic.lan"));
        _bench.Context = _bench.Context with
        {
            Time = clock, ResolveAsync = (_, _) => new TaskCompletionSource<IPAddress[]>().Task,
        };
        Task<Finding> finding = _bench.FindAsync(new NamesCheck());
        await clock.ExpireAsync(DoctorTimers.Name);
        Finding found = await finding;
        Assert.Equal(
            (FindingLevel.Problem, "The name attic.lan of attic leads nowhere (whoever knows names does not answer)."),
            (found.Level, found.Found));
    }

    [Fact]
    public async Task A_name_beside_another_address_of_the_code_is_only_noted()
    {
        using var key = LinkKey.Create();
        PiOptions pi = DoctorBench.Pi(3241, "attic.lan") with
        {
            Pairing = new PairingCode(["192.168.0.10"], 3241, key.Pin, PairingToken.Create()),
        };
        Names(_ => [], pi);
        Finding found = await _bench.FindAsync(new NamesCheck());
        Assert.Equal(
            (FindingLevel.Note, "The name attic.lan of attic leads nowhere (it has no address)."), (found.Level, found.Found));
    }

    [Fact]
    public async Task A_stock_pi_that_answers_is_fine_and_nothing_is_imported()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()));
        _bench.HasPis(DoctorBench.Pi(server.Port));
        Assert.Equal("attic answers.", (await _bench.FindAsync(new StockPisCheck(), subject: "attic")).Found);
        Assert.Equal("attic names one stick.", (await _bench.FindAsync(new StockPisCheck(), "pi_list")).Found);
        Assert.Equal(0, server.ImportRequests);
    }

    [Theory]
    [InlineData("9.9.9", FindingLevel.Note)]
    [InlineData(null, FindingLevel.Ok)]
    internal async Task The_release_of_a_pi_is_compared(string? release, FindingLevel level)
    {
        var notice = new LongwireListExtension { Version = release ?? ProgramVersion.Text };
        await using FakeUsbipd server = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync((byte[])[.. DeviceListReply.Encode([]), .. notice.Encode()]);
        });
        _bench.HasPis(DoctorBench.Pi(server.Port));
        Finding found = await _bench.FindAsync(new StockPisCheck(), "pi_version");
        Assert.Equal(level, found.Level);
        Assert.Equal(
            level == FindingLevel.Ok
                ? $"Both are {ProgramVersion.Text}."
                : $"attic has Longwire 9.9.9, and this machine has {ProgramVersion.Text}.",
            found.Found);
        if (level == FindingLevel.Note)
        {
            Assert.Equal(
                "They work together as far as each knows what the other says. Update the older one when it suits "
                    + "you.", found.Remedy);
        }
        Finding list = await _bench.FindAsync(new StockPisCheck(), "pi_list");
        Assert.Equal(FindingLevel.Note, list.Level);
        Assert.Equal("attic has no stick to give. A stock usbipd does not name those that are in use.", list.Found);
        Assert.Equal(
            "If no radio of it is attached, see on attic that the stick is plugged in and bound: 'sudo "
                + "longwire list', 'usbip list -l'.", list.Remedy);
    }

    [Fact]
    public async Task A_pi_on_which_nothing_listens_is_there()
    {
        int port = FreePort.Tcp().Port;
        _bench.HasPis(DoctorBench.Pi(port));
        Finding found = await _bench.FindAsync(new StockPisCheck());
        Assert.Equal(
            (FindingLevel.Problem, $"attic is there, but nothing answers on port {port}."), (found.Level, found.Found));
        Assert.Equal(
            "Start what serves its sticks there ('sudo systemctl start longwire-export', 'docker compose up "
                + "-d'), and run 'sudo longwire doctor' there. A firewall may refuse the port, too.", found.Remedy);
    }

    [Fact]
    public async Task A_pi_that_is_away_is_not_reached()
    {
        using var hole = BlackHole.Dig();
        _bench.HasPis(DoctorBench.Pi(hole.Port));
        _bench.Context = _bench.Context with { PiWithin = s_soon };
        Finding found = await _bench.FindAsync(new StockPisCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.StartsWith("attic cannot be reached: ", found.Found, StringComparison.Ordinal);
        Assert.Equal(
            "See that it is on and in the network, that its address in the options is right, and that no "
                + "firewall is in between; run 'sudo longwire doctor' there.", found.Remedy);
    }

    [Fact]
    public async Task A_pi_that_does_not_let_this_machine_in_is_told_so()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(_ => Task.CompletedTask);
        _bench.HasPis(DoctorBench.Pi(server.Port));
        Finding found = await _bench.FindAsync(new StockPisCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Equal(
            "attic takes the connection and closes it without an answer: it does not let this machine in, or "
                + "has no place.", found.Found);
        Assert.Equal(
            "On attic put this machine's address into stock.allow (LONGWIRE_STOCK_ALLOW); its log names the "
                + "address. Better, pair the two: 'sudo longwire pair' there.", found.Remedy);
    }

    [Fact]
    public async Task A_pi_that_says_nothing_hangs()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.StaySilentAsync());
        _bench.HasPis(DoctorBench.Pi(server.Port));
        _bench.Context = _bench.Context with { PiWithin = s_soon };
        Finding found = await _bench.FindAsync(new StockPisCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.Equal(
            "attic takes the connection and says nothing: what serves its sticks hangs, or the machine has "
                + "too much to do.", found.Found);
        Assert.Equal(
            "Restart that there: 'sudo systemctl restart longwire-export', 'docker compose restart', or "
                + "'sudo systemctl restart usbipd'.", found.Remedy);
    }

    [Fact]
    public async Task Something_else_at_a_pis_port_is_not_understood()
    {
        await using FakeUsbipd server = FakeUsbipd.Start(client => client.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()));
        _bench.HasPis(DoctorBench.Pi(server.Port));
        Finding found = await _bench.FindAsync(new StockPisCheck());
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.StartsWith("Something answers there that is not understood: ", found.Found, StringComparison.Ordinal);
        Assert.Equal($"See that 127.0.0.1 is attic, and that usbipd or longwire export has port {server.Port} there.", found.Remedy);
    }

    private void Names(Func<string, IPAddress[]> resolve, params PiOptions[] pis)
    {
        _bench.HasPis([.. pis]);
        _bench.Context = _bench.Context with { ResolveAsync = async (name, _) => await Task.FromResult(0) == 0 ? resolve(name) : [] };
    }
}
