using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>
/// The server's frames of a control connection: what there is to offer, and where it can be reached. Of those that follow each other faster
/// than they are sent the last one counts.
/// </summary>
public sealed class OfferFrames : IFrameHandler
{
    private readonly Saying _offers, _addresses;

    /// <param name="offers">What there is to offer now: the same memory for as long as it has not changed.</param>
    /// <param name="addresses">The same of an <see cref="AddressesFrame"/>.</param>
    public OfferFrames(Func<ReadOnlyMemory<byte>> offers, Func<ReadOnlyMemory<byte>> addresses) =>
        (_offers, _addresses) = (new Saying(FrameType.Offers, offers), new Saying(FrameType.Addresses, addresses));

    public TimeSpan? NextDue => null;

    public int NextFrameSize => _offers.NextSize is var size and > 0 ? size : _addresses.NextSize;

    public void Receive(Frame frame)
    {
        if (frame.Type is FrameType.Hello or FrameType.Welcome or FrameType.Refusal or FrameType.Data or FrameType.Ack or FrameType.Offers
            or FrameType.Addresses)
            throw new LinkProtocolException($"a frame of the type {frame.Type} over a control connection");
    }

    public void Received()
    {
    }

    public int Write(Span<byte> destination)
    {
        int written = _offers.Write(destination);
        return written + _addresses.Write(destination[written..]);
    }

    private sealed class Saying(FrameType type, Func<ReadOnlyMemory<byte>> current)
    {
        private ReadOnlyMemory<byte>? _said;

        public int NextSize => current() is var now && IsSaid(now) ? 0 : Frame.HeaderSize + now.Length;

        public int Write(Span<byte> destination)
        {
            ReadOnlyMemory<byte> now = current();
            if (IsSaid(now) || Frame.HeaderSize + now.Length > destination.Length) return 0;
            _said = now;
            Frame.WriteHeader(destination, type, now.Length);
            now.Span.CopyTo(destination[Frame.HeaderSize..]);
            return Frame.HeaderSize + now.Length;
        }

        private bool IsSaid(ReadOnlyMemory<byte> now) => _said is { } said && said.Equals(now);
    }
}
