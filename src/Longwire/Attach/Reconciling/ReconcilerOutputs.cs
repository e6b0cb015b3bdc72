using Longwire.Attach.Memory;
using Longwire.State;

namespace Longwire.Attach.Reconciling;

/// <summary>Where the reconciler's decisions go.</summary>
internal sealed record ReconcilerOutputs(IAttachTasks Tasks, MemoryStore Memory, StateFeed Feed);
