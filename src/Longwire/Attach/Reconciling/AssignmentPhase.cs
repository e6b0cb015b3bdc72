namespace Longwire.Attach.Reconciling;

/// <summary>How far an attachment has come. It never goes back; a radio that is to come back gets a new one.</summary>
internal enum AssignmentPhase
{
    /// <summary>The Pi is asked for the stick.</summary>
    Importing,

    /// <summary>The stick is ours and has said who it is; the kernel has not met it.</summary>
    Identified,

    /// <summary>On a vhci port, its tty awaited.</summary>
    OnPort,

    /// <summary>The tty is there.</summary>
    Up,

    /// <summary>The tty is gone, or will never come; what is left is cleaned up.</summary>
    Ending,
}
