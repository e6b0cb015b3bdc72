namespace Longwire.Composition;

/// <summary>What the shell and systemd learn. Part of the contract: never renumbered.</summary>
internal static class ExitCode
{
    /// <summary>Done, or stopped on request.</summary>
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>Bad usage or options: starting again without a change is of no use.</summary>
    public const int Usage = 2;
}
