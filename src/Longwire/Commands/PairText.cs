using System.Globalization;
using Longwire.Link.Pairing;

namespace Longwire.Commands;

/// <summary>A pairing code for people, with what to do with it.</summary>
internal static class PairText
{
    public static void Write(TextWriter output, PairingCode code, TimeSpan left, bool newIdentity)
    {
        if (newIdentity)
        {
            output.WriteLine("This Pi has another key now. Start longwire export anew: until then it goes on with the old one.");
            output.WriteLine("Every host must be paired anew, each with a code of its own.");
            output.WriteLine();
        }
        output.WriteLine("Pairing code of this Pi, a secret:");
        output.WriteLine();
        output.WriteLine(code.Format());
        output.WriteLine();
        output.WriteLine("1. On the Home Assistant host open the options of Longwire (Settings > Apps > Longwire > Configuration).");
        output.WriteLine("2. Paste the whole line into pairing_code of this Pi, below pis. Its address may be left out.");
        output.WriteLine("3. Save. 'longwire pair --list' shows the host here as soon as it is let in.");
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"It lets one host in, within the next {Math.Max(1, Math.Ceiling(left.TotalHours)):0} h. For one more host run 'longwire pair' "
                + $"again after that."));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"It leads to {string.Join(", ", code.Addresses)}, port {code.Port}, and to this Pi's key {code.Pin}."));
    }
}
