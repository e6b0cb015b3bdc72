namespace Longwire.Doctor;

/// <summary>One thing that may be wrong. It changes nothing, attaches nothing and asks for no right.</summary>
internal interface ICheck
{
    /// <summary>What stands for the check where it does not end by itself.</summary>
    public Question Question { get; }

    /// <returns>Nothing where there is nothing to check.</returns>
    public Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken);
}
