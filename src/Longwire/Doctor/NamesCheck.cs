using System.Net;
using System.Net.Sockets;
using Longwire.Options;

namespace Longwire.Doctor;

/// <summary>Whether the names under which Pis are to be reached lead anywhere.</summary>
internal sealed class NamesCheck : ICheck
{
    public Question Question { get; } = new("pi_name", "The names of the Pis were looked up.");

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken) =>
        await Task.WhenAll(
            from pi in context.Attach!.Pis
            from name in NamesOf(pi)
            select LookUpAsync(name, pi, context, cancellationToken));

    private static IEnumerable<string> HostsOf(PiOptions pi) => [pi.EndPoint.Host, .. pi.Pairing?.Addresses ?? []];

    private static IEnumerable<string> NamesOf(PiOptions pi) =>
        HostsOf(pi).Where(host => !IPAddress.TryParse(host, out _)).Distinct(StringComparer.OrdinalIgnoreCase);

    private async Task<Finding> LookUpAsync(string name, PiOptions pi, DoctorContext context, CancellationToken cancellationToken)
    {
        Question question = Question.About(name);
        try
        {
            IPAddress[] found = await context.ResolveAsync(name, cancellationToken).WaitAsync(
                DoctorTimers.Name, context.Time, cancellationToken);
            if (found.Length > 0) return question.Ok($"{name} is {found[0]}.");
            return NotFound(question, name, pi, "it has no address");
        }
        catch (SocketException e)
        {
            return NotFound(question, name, pi, e.Message);
        }
        catch (TimeoutException)
        {
            return NotFound(question, name, pi, "whoever knows names does not answer");
        }
    }

    private static Finding NotFound(Question question, string name, PiOptions pi, string why)
    {
        string found = $"The name {name} of {pi.DisplayName} leads nowhere ({why.TrimEnd('.')}).";
        const string Remedy = "Write the Pi's IP address instead, and let your router give it always the same one. A container does not "
            + "know names that end with .local";
        // Another address of its pairing code is as good.
        bool hasOthers = HostsOf(pi).Distinct(StringComparer.OrdinalIgnoreCase).Count() > 1;
        return hasOthers ? question.Note(found, Remedy) : question.Problem(found, Remedy);
    }
}
