using Longwire.Attach.Memory;
using Longwire.Health;

namespace Longwire.Attach;

/// <summary>Where the reconciler's decisions go.</summary>
internal sealed record ReconcilerPorts(IAttachmentStarter Attachments, IPiWatchStarter PiWatches, MemoryStore Memory, StateFeed Feed);
