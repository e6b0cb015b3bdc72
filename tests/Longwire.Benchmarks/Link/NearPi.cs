using System.Net;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;

namespace Longwire.Benchmarks.Link;

/// <summary>A Pi as <c>longwire attach</c> watches it.</summary>
internal sealed class NearPi : IAsyncDisposable
{
    private readonly Channel<AttachEvent> _events = Channel.CreateUnbounded<AttachEvent>();
    private readonly LinkKey _key = LinkKey.Create();
    private readonly Task _watching;

    private NearPi(PairingCode pairing, TimeProvider timers)
    {
        string address = pairing.Addresses[0];
        Options = new PiOptions
        {
            Id = "benchmark", Name = "benchmark", Address = address, EndPoint = new DnsEndPoint(address, pairing.Port), Pairing = pairing,
        };
        var own = new LinkIdentity(_key, InstanceNonce.Create(), 1, "benchmark", "1.2.3");
        // Nothing is written to disk before it is asked to.
        var book = new AddressBook(new AddressFile(Path.GetTempPath()), TimeProvider.System, static _ => { });
        Link = new LinkPiWatch(Options, own, _events.Writer, book, Dns.GetHostAddressesAsync, TimeProvider.System, timers);
        _watching = Link.RunAsync();
    }

    public PiOptions Options { get; }

    public LinkPiWatch Link { get; }

    public static NearPi Watch(string code, TimeProvider timers) =>
        PairingCode.TryParse(code, out PairingCode? pairing, out _, out _) && pairing is not null
            ? new NearPi(pairing, timers)
            : throw new FormatException($"'{code}' is no pairing code");

    /// <exception cref="IOException">It is said to be away, and something else is waited for.</exception>
    public async Task UntilAsync<T>(Predicate<T> happened)
        where T : AttachEvent
    {
        while (true)
        {
            AttachEvent next = await _events.Reader.ReadAsync();
            if (next is T wanted && happened(wanted)) return;
            if (next is AttachEvent.PiSilent silent) throw new IOException(silent.Reason);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Link.Stop();
        await _watching;
        Link.Dispose();
        _key.Dispose();
    }
}
