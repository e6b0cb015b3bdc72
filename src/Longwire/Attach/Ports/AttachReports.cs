using System.Threading.Channels;
using Longwire.Attach.Memory;

namespace Longwire.Attach.Ports;

/// <summary>The way of every attachment to the reconciler, and to what that remembers.</summary>
internal sealed class AttachReports(ChannelWriter<AttachEvent> events, MemoryStore memory)
{
    public AttachmentReports Of(IAttachment attachment) => new(attachment, events, memory);
}
