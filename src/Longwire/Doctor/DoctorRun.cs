using Longwire.Platform;

namespace Longwire.Doctor;

/// <summary>Runs every check of this machine's sides, side by side, each within its deadline.</summary>
internal static class DoctorRun
{
    /// <summary>Never fails but when it is cancelled. The worst is not first: the order is that of the checks.</summary>
    public static Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken) =>
        RunAsync(Checks.For(context), context, cancellationToken);

    // Each round would leave more threads behind.
    private static Finding StillHang { get; } = new Question("hanging_checks", "Whether the last checks have ended").Unknown(
        "The last checks still hang, and none were begun: a device or a disk of this machine does not answer",
        "Try again in a minute. If it stays so, restart this machine");

    /// <summary>For tests: these checks.</summary>
    internal static async Task<IReadOnlyList<Finding>> RunAsync(
        IEnumerable<ICheck> checks, DoctorContext context, CancellationToken cancellationToken)
    {
        if (context.Calls.Running > 0) return [StillHang];
        IReadOnlyList<Finding>[] found = await Task.WhenAll(checks.Select(check => AskAsync(check, context, cancellationToken)));
        return [.. found.SelectMany(findings => findings)];
    }

    private static async Task<IReadOnlyList<Finding>> AskAsync(ICheck check, DoctorContext context, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(context.Within, context.Time, cancellationToken);
        try
        {
            return await check.RunAsync(context, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What only reads this machine's files waits for a device or a disk; the others ask somebody else.
            return
            [
                check.Question.Unknown(
                    $"This did not end within {context.Within.TotalSeconds:0.#} s: what it asks does not answer.",
                    check is LocalCheck
                        ? "Run 'longwire doctor' again. If it stays so, restart this machine: a device or a disk hangs"
                        : "Run 'longwire doctor' again. If it stays so, look at the network, and at the machine that is asked"),
            ];
        }
        catch (OperationCanceledException)
        {
            throw;
        }
#pragma warning disable CA1031 // A check that fails must not take the others' answers with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return
            [
                check.Question.Unknown(
                    $"This could not be looked at: {e.Message}",
                    context.IsPrivileged
                        ? "Report it, with this line"
                        : "Run it as root: 'sudo longwire doctor'. If it stays so, report it"),
            ];
        }
    }
}
