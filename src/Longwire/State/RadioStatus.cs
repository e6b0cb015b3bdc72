namespace Longwire.State;

/// <summary>A radio's life on the host. Home Assistant shows the snake_case name; see <see cref="RadioStatusNames"/>.</summary>
internal enum RadioStatus
{
    /// <summary>On a vhci port in state 006, every expected tty present.</summary>
    Attached,

    /// <summary>Attached, its link down, waiting for it (link mode only).</summary>
    Held,

    /// <summary>First time, or after the outcome changed; retries keep the last status.</summary>
    Attaching,

    /// <summary>A person wants it so; remembered over restarts.</summary>
    Detached,

    /// <summary>The Pi answers and does not have it.</summary>
    Unplugged,

    /// <summary>Stock only: not in its list; unplugged, not bound or in use, it cannot say which.</summary>
    NotOffered,

    /// <summary>The Pi does not answer.</summary>
    PiUnreachable,

    /// <summary>Somebody else has it.</summary>
    InUse,

    /// <summary>What turned up is not the radio it claims to be, or of a class that is not allowed.</summary>
    Refused,

    /// <summary>Anything else, with the reason.</summary>
    Failed,
}
