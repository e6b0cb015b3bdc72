using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>
/// The server's frames of a control connection. Of lists that follow each other faster than they are sent the last one counts.
/// </summary>
/// <param name="current">What there is to offer now: the same memory for as long as it has not changed.</param>
public sealed class OfferFrames(Func<ReadOnlyMemory<byte>> current) : IFrameHandler
{
    private ReadOnlyMemory<byte>? _said;

    public TimeSpan? NextDue => null;

    public int NextFrameSize => current() is var now && IsSaid(now) ? 0 : Frame.HeaderSize + now.Length;

    public void Receive(Frame frame)
    {
        if (frame.Type is FrameType.Hello or FrameType.Welcome or FrameType.Refusal or FrameType.Data or FrameType.Ack or FrameType.Offers)
            throw new LinkProtocolException($"a frame of the type {frame.Type} over a control connection");
    }

    public void Received()
    {
    }

    public int Write(Span<byte> destination)
    {
        ReadOnlyMemory<byte> now = current();
        if (IsSaid(now) || Frame.HeaderSize + now.Length > destination.Length) return 0;
        _said = now;
        Frame.WriteHeader(destination, FrameType.Offers, now.Length);
        now.Span.CopyTo(destination[Frame.HeaderSize..]);
        return Frame.HeaderSize + now.Length;
    }

    private bool IsSaid(ReadOnlyMemory<byte> now) => _said is { } said && said.Equals(now);
}
