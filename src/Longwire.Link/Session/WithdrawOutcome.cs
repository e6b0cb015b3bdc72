namespace Longwire.Link.Session;

/// <summary>What became of an attempt to take a message back.</summary>
public enum WithdrawOutcome
{
    /// <summary>It will never reach the far kernel.</summary>
    Withdrawn,

    /// <summary>It was sent, and the far side has not said yet whether it has it. Ask again after the next welcome.</summary>
    OnItsWay,

    /// <summary>The far kernel has it, or it was withdrawn before.</summary>
    TooLate,
}
