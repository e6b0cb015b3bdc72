namespace Longwire.Doctor;

/// <summary>
/// A check that only reads files. Some of them the kernel lets wait for a lock that a silent peer or a sick stick holds, and a worn card
/// takes its time, so it has a thread of its own, which can be left behind.
/// </summary>
internal abstract class LocalCheck : ICheck
{
    public abstract Question Question { get; }

    public Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken) =>
        context.Calls.RunAsync<IReadOnlyList<Finding>>(() => [.. Look(context)], cancellationToken);

    protected abstract IEnumerable<Finding> Look(DoctorContext context);
}
