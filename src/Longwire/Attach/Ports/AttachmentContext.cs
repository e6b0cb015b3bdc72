using System.Threading.Channels;
using Longwire.Attach.Memory;
using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Ports;

/// <summary>What every attachment works with.</summary>
internal sealed record AttachmentContext(
    AttachKernel Kernel, HubAuthorization Hubs, ChannelWriter<AttachEvent> Events, MemoryStore Memory, TimeProvider Time, ILogger Logger)
{
    public SerialNumbers Serials { get; } = new(Time);

    /// <summary>To the reconciler; done when it has room for it.</summary>
    public ValueTask TellAsync(AttachEvent what) => Events.WriteAsync(what, CancellationToken.None);
}
