namespace Longwire.Doctor;

/// <summary>Whether this run may see what there is to be seen. Longwire itself mostly runs as root.</summary>
internal sealed class RightsCheck : LocalCheck
{
    private const string Remedy = "Run it as root: 'sudo longwire doctor', or in a container without '--user'";

    public override Question Question { get; } = new("rights", "The rights of this run were looked at.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        yield return Visibility.RunsAsRoot(context) switch
        {
            true => Question.Ok("It runs as root, as Longwire does."),
            false => Question.Unknown(
                "It does not run as root, so what only root may do or see says nothing of Longwire itself.", Remedy),
            null => Question.Unknown("The kernel does not say as whom it runs.", Remedy),
        };
    }
}
