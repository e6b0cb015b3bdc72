namespace Longwire.UsbIp.Linux;

/// <param name="Reason">Null when the module is there; else why not and what to do, one sentence for a person.</param>
public sealed record KernelModuleOutcome(string Module, string? Reason)
{
    public bool Ok => Reason is null;
}
