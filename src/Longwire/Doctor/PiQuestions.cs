using Longwire.Options;
using Longwire.Platform;

namespace Longwire.Doctor;

/// <summary>What is asked of each Pi, over stock USB/IP and over the link alike.</summary>
internal sealed class PiQuestions(PiOptions pi)
{
    public const string RunThere = "and run 'sudo longwire doctor' there";

    public Question Reachable { get; } = new(
        "pi_reachable", $"A connection was made to {pi.DisplayName} ({pi.EndPoint.Host}, port {pi.EndPoint.Port}).", pi.DisplayName);

    public Question Pairing { get; } = new(
        "pi_pairing", $"The pairing with {pi.DisplayName} was tried. No radio was touched.", pi.DisplayName);

    /// <param name="there">Its release.</param>
    public Finding Version(string there)
    {
        var question = new Question(
            "pi_version", $"The release of Longwire on {pi.DisplayName} was compared with the one here.", pi.DisplayName);
        return there == ProgramVersion.Text
            ? question.Ok($"Both are {there}.")
            : question.Note(
                $"{pi.DisplayName} has Longwire {there}, and this machine has {ProgramVersion.Text}.",
                "They work together as far as each knows what the other says. Update the older one when it suits you");
    }

    /// <summary>The machine is there.</summary>
    public Finding NothingListens() => Reachable.Problem(
        $"{pi.DisplayName} is there, but nothing answers on port {pi.EndPoint.Port}.",
        $"Start what serves its sticks there ('sudo systemctl start longwire-export', 'docker compose up -d'), {RunThere}. A firewall may "
            + "refuse the port, too");

    public Finding NotReached(string why) => Reachable.Problem(
        $"{pi.DisplayName} cannot be reached: {why}.",
        "See that it is on and in the network, that its address in the options is right, and that no firewall is in between; "
            + $"{RunThere[4..]}");
}
