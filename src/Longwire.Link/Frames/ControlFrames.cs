using System.Collections.Immutable;
using System.Net;
using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>The client's frames of a control connection: it says nothing but pings, and hears what there is.</summary>
/// <param name="offered">Called with each list, which is valid until it returns.</param>
/// <param name="reachable">Called with all addresses under which the server says that it can be reached.</param>
public sealed class ControlFrames(ControlFrames.Heard offered, Action<ImmutableArray<IPAddress>> reachable) : IFrameHandler
{
    /// <param name="list">In the words of whoever uses the link.</param>
    public delegate void Heard(ReadOnlySpan<byte> list);

    public TimeSpan? NextDue => null;

    public int NextFrameSize => 0;

    public void Receive(Frame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Offers:
                offered(frame.Body);
                break;
            case FrameType.Addresses:
                reachable(AddressesFrame.Parse(frame.Body));
                break;
            case FrameType.Hello or FrameType.Welcome or FrameType.Refusal or FrameType.Data or FrameType.Ack:
                throw new LinkProtocolException($"a frame of the type {frame.Type} over a control connection");
            default:
                // Of a later minor.
                break;
        }
    }

    public void Received()
    {
    }

    public int Write(Span<byte> destination) => 0;
}
