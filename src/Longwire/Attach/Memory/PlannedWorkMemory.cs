namespace Longwire.Attach.Memory;

/// <summary>Work that is planned on a Pi.</summary>
/// <param name="Until">By the wall clock, and put right when that is set.</param>
internal sealed record PlannedWorkMemory(string PiId, DateTimeOffset Until);
