using Microsoft.Extensions.Logging;

namespace Longwire.Attach.Ports;

/// <summary>What every attachment works with.</summary>
internal sealed record AttachmentContext(AttachKernel Kernel, HubAuthorization Hubs, TimeProvider Time, ILogger Logger)
{
    public SerialNumbers Serials { get; } = new(Time);
}
