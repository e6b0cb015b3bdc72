using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Longwire.Attach.Memory;
using Longwire.Options;

namespace Longwire.Attach.Pis;

/// <summary>The ways to all Pis to which we are paired.</summary>
/// <param name="own">Who we are there: read, or made, when the first Pi is paired.</param>
/// <param name="book">Where they were, and said that they are.</param>
/// <param name="timers">See <see cref="Longwire.Link.Frames.FramePump"/>.</param>
internal sealed class PiLinks(Func<LinkIdentity> own, AddressBook book, TimeProvider time, TimeProvider timers)
{
    private readonly ConcurrentDictionary<string, IPiLink> _links = new(StringComparer.Ordinal);
    private readonly Lazy<LinkIdentity> _own = new(own);

    /// <summary>The clock of all of them, whose timers run out though the thread pool is starved.</summary>
    public TimeProvider Timers => timers;

    /// <param name="piId">Of a Pi that is watched.</param>
    public IPiLink Of(string piId) => _links[piId];

    /// <summary>A Pi that was paired anew has another one in its place.</summary>
    /// <exception cref="Longwire.Platform.LinkKeyException">We are nobody: our key cannot be read or kept.</exception>
    public LinkPiWatch Watch(PiOptions pi, ChannelWriter<AttachEvent> events)
    {
        var watch = new LinkPiWatch(pi, _own.Value, events, book, Dns.GetHostAddressesAsync, time, timers);
        _links[pi.Id] = watch;
        return watch;
    }
}
