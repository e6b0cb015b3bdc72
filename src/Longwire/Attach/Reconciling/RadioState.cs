using Longwire.Attach.Memory;
using Longwire.State;

namespace Longwire.Attach.Reconciling;

/// <summary>One known radio. Owned by the reconciler alone.</summary>
internal sealed class RadioState(RadioMemory memory)
{
    public RadioMemory Memory { get; set; } = memory;
    public string Id => Memory.Id;

    public Assignment? Assignment { get; set; }
    public bool IsUp => Assignment is { IsUp: true };

    /// <summary>How the last attempt ended, while that still says something about now.</summary>
    public AttachOutcome? LastOutcome { get; set; }

    public RadioStatus Status { get; set; } = RadioStatus.Attaching;
    public string? Reason { get; set; }

    /// <summary>Nothing was learnt of it since the start. Ends with the first verdict, and for good.</summary>
    public bool Undecided { get; set; }
    public bool? PluggedIn { get; set; }

    /// <summary>The last that was known for certain: what changes from it is an event.</summary>
    public bool? WasPluggedIn { get; set; }

    /// <summary>Its Pi closed the connection, and nothing was learnt since: if it turns out to be unplugged, that was the reason.</summary>
    public bool MayHaveBeenPulled { get; set; }

    /// <summary>A person had it attached afresh, and it is not back: at this moment that becomes a loss.</summary>
    public TimeSpan? BackBy { get; set; }

    /// <summary>How often that was of late, and what was done.</summary>
    public ReattachSteps Reattachment { get; } = new();

    /// <summary>The stick that a person has let take this radio's place, until it has; null: none.</summary>
    public Replacement? Replacement { get; set; }

    /// <summary>A person wanted its place taken, and more than one stick could.</summary>
    public bool SeveralCouldReplace { get; set; }

    /// <summary>A person wants it taken from the host that has it. Not tried yet; <see cref="TakeOvers"/>' alone to change.</summary>
    public bool TakesOver { get; set; }

    /// <summary>Why it was not given, when that was tried last; null: it was not, since somebody else has it.</summary>
    public string? NotTakenOver { get; set; }

    /// <summary>When we let go of it last, or started: until its Pi has noticed, "in use" means us.</summary>
    public TimeSpan ReleasedAt { get; set; }

    /// <summary>When it was lost, or first missed: the first minute from then is searched faster.</summary>
    public TimeSpan MissingSince { get; set; }

    /// <summary>Since when its bootloader is in its place; null: it is not.</summary>
    public TimeSpan? FlashedSince { get; set; }

    /// <summary>When it was held last; null: not since the start.</summary>
    public TimeSpan? OutageBegan { get; set; }

    /// <summary>How good its link is while it is up.</summary>
    public LinkGrade Link { get; } = new();

    /// <summary>How often it went away of late.</summary>
    public Recurrence Absences { get; } = new(AttachTimers.UnstableTimes, AttachTimers.UnstableWithin);

    /// <summary>Not asked whether somebody else has it before this moment.</summary>
    public TimeSpan NextAsk { get; set; }
}
