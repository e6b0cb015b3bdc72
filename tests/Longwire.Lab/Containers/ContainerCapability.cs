namespace Longwire.Lab.Containers;

/// <summary>Numbers of capabilities, as linux/capability.h has them.</summary>
public static class ContainerCapability
{
    public const int SysModule = 16;
    public const int SysAdmin = 21;
}
