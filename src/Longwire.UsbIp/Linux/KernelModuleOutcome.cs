namespace Longwire.UsbIp.Linux;

/// <param name="Reason">Null when the module is there; else why not and what to do, one sentence for a person.</param>
public sealed record KernelModuleOutcome(string Module, string? Reason)
{
    /// <summary>There is no such module for the running kernel: asking again, with whatever rights, says the same.</summary>
    public bool IsAbsent { get; init; }

    public bool Ok => Reason is null;
}
