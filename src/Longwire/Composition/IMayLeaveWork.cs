namespace Longwire.Composition;

/// <summary>A service that ends in time even if the kernel holds on to something that it began, such as a write in sysfs.</summary>
internal interface IMayLeaveWork
{
    /// <summary>Something was left that ends with the process alone, and that is logged. Valid once the service has ended.</summary>
    public bool HasLeftWork { get; }
}
