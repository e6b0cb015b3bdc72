using Longwire.Attach.Pis;
using Longwire.Doctor;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.Platform;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.Tests.LinkedPis;
using Xunit;

namespace Longwire.Tests.Doctor;

/// <summary>The ways to paired Pis.</summary>
public sealed class PairedPiTests : IDisposable
{
    private readonly DoctorBench _bench = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_pi_that_lets_this_machine_in_is_fine_and_its_release_is_compared()
    {
        await using var pi = new LinkedPi();
        PiOptions options = await PairAsync(pi);
        await EnrolAsync(options);
        Assert.Equal("attic answers.", (await _bench.FindAsync(new PairedPisCheck(), subject: "attic")).Found);
        Assert.Equal("attic lets this machine in.", (await _bench.FindAsync(new PairedPisCheck(), "pi_pairing")).Found);
        Assert.Equal(
            $"attic has Longwire 1.2.3, and this machine has {ProgramVersion.Text}.",
            (await _bench.FindAsync(new PairedPisCheck(), "pi_version")).Found);
        Assert.Equal(0, pi.Imports);
    }

    [Fact]
    public async Task A_look_enrols_nobody()
    {
        await using var pi = new LinkedPi();
        await PairAsync(pi);
        using (LinkKeyFile.Open(_bench.DataFolder))
        {
            // The key is there from now on.
        }
        Finding found = await _bench.FindAsync(new PairedPisCheck(), "pi_pairing");
        Assert.Equal((FindingLevel.Problem, "The Pi does not know this host."), (found.Level, found.Found));
        Assert.StartsWith("Run 'longwire pair' on the Pi", found.Remedy, StringComparison.Ordinal);
        Assert.Equal(found, await _bench.FindAsync(new PairedPisCheck(), "pi_pairing"));
    }

    [Fact]
    public async Task Without_a_key_of_its_own_it_is_not_known_and_none_is_made()
    {
        await using var pi = new LinkedPi();
        await PairAsync(pi);
        Finding found = await _bench.FindAsync(new PairedPisCheck(), "pi_pairing");
        Assert.Equal(
            (FindingLevel.Unknown, "Whether it lets this machine in is not known: this machine has no key yet."),
            (found.Level, found.Found));
        Assert.Equal(
            "Run 'sudo longwire doctor'. Longwire makes its key when it starts with a paired Pi: start it, "
                + "and look at its log.", found.Remedy);
        Finding reached = await _bench.FindAsync(new PairedPisCheck(), "pi_reachable");
        Assert.Equal((FindingLevel.Ok, "attic answers, with the key that the pairing code names."), (reached.Level, reached.Found));
        Assert.False(LinkKeyFile.IsIn(_bench.DataFolder));
    }

    [Fact]
    public async Task A_key_that_cannot_be_read_is_told()
    {
        await using var pi = new LinkedPi();
        await PairAsync(pi);
        _bench.Write("data/link-key.pem", DoctorBench.Secret);
        Finding found = await _bench.FindAsync(new PairedPisCheck(), "pi_pairing");
        Assert.Equal(FindingLevel.Problem, found.Level);
        Assert.EndsWith("link-key.pem, holds no private key of P-256.", found.Found, StringComparison.Ordinal);
        Assert.StartsWith("Put it back from a backup", found.Remedy, StringComparison.Ordinal);
        _bench.BeRoot(false);
        found = await _bench.FindAsync(new PairedPisCheck(), "pi_pairing");
        Assert.Equal(
            (FindingLevel.Unknown, "Whether it lets this machine in is not known: this user may not read the key of this machine."),
            (found.Level, found.Found));
    }

    [Fact]
    public async Task Another_key_at_the_pis_address_is_a_problem()
    {
        using var other = LinkKey.Create();
        await using var pi = new LinkedPi();
        int port = await pi.PortAsync();
        PairingCode code = await pi.PairAsync(port);
        _bench.HasPis(DoctorBench.Pi(port) with { Pairing = new PairingCode(code.Addresses, code.Port, other.Pin, code.Token) });
        Finding found = Assert.Single(await _bench.RunAsync(new PairedPisCheck()));
        Assert.Equal(
            ("pi_pairing", FindingLevel.Problem, "This Pi has a new identity, or another machine answers at its address."),
            (found.Id, found.Level, found.Found));
        Assert.Equal(
            "If you reinstalled it, run 'longwire pair' there and paste the new code; if not, find out what "
                + "answers there before you do.", found.Remedy);
    }

    public static TheoryData<RefusalReason, string, string> Refusals => new()
    {
        {
            RefusalReason.OtherMajor, "The Pi has an earlier Longwire, which does not understand this one.", "Update Longwire on the Pi."
        },
        {
            RefusalReason.NotEnrolled, "The Pi does not know this host.",
            "Run 'longwire pair' on the Pi and paste the code that it prints into pairing_code. If the code is there already, the Pi could "
                + "not keep what it learnt: see the log of its export."
        },
        {
            RefusalReason.UnknownToken, "The Pi does not know this pairing code, or has printed another one since.",
            "Run 'longwire pair' on the Pi and paste the code that it prints into pairing_code."
        },
        {
            RefusalReason.TokenSpent,
            "This pairing code has let a host in already, or is older than 24 h, and each is good for one host.",
            "Run 'longwire pair' on the Pi and paste the code that it prints into pairing_code."
        },
        {
            RefusalReason.Revoked, "Somebody has revoked this host on the Pi ('longwire pair --revoke'), for good.",
            "If it is to come back, stop Longwire here, remove link-key.pem from its data folder (or uninstall and install the app), start "
                + "it again, and run 'longwire pair' on the Pi and paste the code that it prints into pairing_code."
        },
        {
            RefusalReason.TooManyKeys, "The Pi lets in as many hosts as it can remember.",
            "On the Pi look at 'longwire pair --list', and revoke those that are gone with 'longwire pair --revoke'."
        },
        {
            RefusalReason.Superseded,
            "This radio went to another Longwire with the key of this one, as after a restored backup or with a copied card.",
            "Stop the one that you do not need; or, to go on with both, stop Longwire here, remove link-key.pem from its data folder (or "
                + "uninstall and install the app), and pair it anew."
        },
        { RefusalReason.Stopping, "The Pi's export stops.", "This host tries again by itself." },
        {
            (RefusalReason)999, "The Pi refuses, for a reason that is not known here (999).", "Update Longwire on this host."
        },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Each_refusal_is_a_problem_with_what_to_do(RefusalReason no, string sentence, string remedy)
    {
        await using var pi = new PlayedPi((connection, _, stop) => Handshake.RefuseAsync(connection, no, stop));
        using (LinkKeyFile.Open(_bench.DataFolder))
        {
            // The key is there from now on.
        }
        _bench.HasPis(pi.Options);
        Finding found = await _bench.FindAsync(new PairedPisCheck(), "pi_pairing");
        Assert.Equal((FindingLevel.Problem, sentence, remedy), (found.Level, found.Found, found.Remedy));
        Assert.Equal("attic answers.", (await _bench.FindAsync(new PairedPisCheck(), "pi_reachable")).Found);
    }

    [Fact]
    public async Task A_pi_on_which_nothing_listens_is_there()
    {
        int port = FreePort.Tcp().Port;
        using var key = LinkKey.Create();
        _bench.HasPis(Paired(port, new PairingCode(["127.0.0.1"], (ushort)port, key.Pin, PairingToken.Create())));
        Finding found = await _bench.FindAsync(new PairedPisCheck());
        Assert.Equal($"attic is there, but nothing answers on port {port}.", found.Found);
    }

    [Fact]
    public async Task A_pi_that_is_away_is_not_reached()
    {
        using var hole = BlackHole.Dig();
        using var key = LinkKey.Create();
        _bench.HasPis(Paired(hole.Port, new PairingCode(["127.0.0.1"], (ushort)hole.Port, key.Pin, PairingToken.Create())));
        _bench.Context = _bench.Context with { PiWithin = TimeSpan.FromMilliseconds(500) };
        Finding found = await _bench.FindAsync(new PairedPisCheck());
        Assert.Equal(
            (FindingLevel.Problem, "attic cannot be reached: no answer within 0.5 s."), (found.Level, found.Found));
    }

    private static PiOptions Paired(int port, PairingCode code) => DoctorBench.Pi(port) with { Pairing = code };

    private async Task<PiOptions> PairAsync(LinkedPi pi)
    {
        int port = await pi.PortAsync();
        PiOptions options = Paired(port, await pi.PairAsync(port));
        _bench.HasPis(options);
        return options;
    }

    // As attach does it with the code's token.
    private async Task EnrolAsync(PiOptions pi)
    {
        using LinkKey own = LinkKeyFile.Open(_bench.DataFolder);
        var hello = new Hello { Purpose = HelloPurpose.Control, Instance = InstanceNonce.Create(), Token = pi.Pairing!.Token };
        var to = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, pi.EndPoint.Port);
        PiConnection welcomed = await new PiConnector(own, pi.Pairing.Pin, TimeProvider.System).ConnectAsync(
            to, hello, Deadlines.Patience, new AttemptProgress(), Cancelled);
        await welcomed.Connection.DisposeAsync();
    }
}
