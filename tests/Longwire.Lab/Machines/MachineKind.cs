namespace Longwire.Lab.Machines;

/// <summary>In what a machine differs from those of most tests.</summary>
/// <param name="Kernel">The series of its kernel, such as 6.12; Debian's own if null.</param>
public sealed record MachineKind(string? Kernel = null, int Processors = 1)
{
    public static MachineKind Usual { get; } = new();
}
