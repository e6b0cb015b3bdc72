using System.Collections.Immutable;
using System.Globalization;
using Longwire.Composition;
using Longwire.Export.Link;
using Longwire.Platform;

namespace Longwire.Commands;

/// <summary><c>longwire pair --list</c> and <c>--revoke</c>.</summary>
internal sealed class PairedHosts(EnrolmentStore store, ProgramContext context)
{
    // Fewer may well be the beginning of a name with a slip in it.
    private const int LeastDigits = 4;

    public async Task<int> ListAsync(bool json)
    {
        EnrolmentFile known = store.Read();
        if (json)
        {
            PairedHostsJson.Write(context.Output, known);
            return ExitCode.Done;
        }
        await context.Output.WriteLineAsync("Hosts that are let in:");
        await WriteAsync(known.Enrolled, "no host is let in yet; 'longwire pair' prints the code for one");
        if (known.Barred.IsEmpty) return ExitCode.Done;
        await context.Output.WriteLineAsync();
        await context.Output.WriteLineAsync("Hosts that are revoked, for good:");
        await WriteAsync(known.Barred, "none");
        return ExitCode.Done;
    }

    /// <param name="host">Its name, or the first digits of its key.</param>
    public async Task<int> RevokeAsync(string host)
    {
        EnrolmentFile known = store.Read();
        KnownHost[] found = [.. known.Enrolled.Where(one => IsCalled(one, host))];
        if (found.Length != 1)
        {
            bool already = found.Length == 0 && known.Barred.Any(one => IsCalled(one, host));
            await context.Error.WriteLineAsync(already ? $"'{Shown(host)}' is revoked already." : WhyNone(host, found, known.Enrolled));
            return already ? ExitCode.Done : ExitCode.Failed;
        }
        KnownHost revoked = found[0];
        var now = Moment.Now(context.Sysfs, context.Time);
        // Enrolled still, and not revoked by somebody else meanwhile.
        store.Change(file => file.IsEnrolled(revoked.Pin) ? file.WithBarred(revoked, now) : file);
        await context.Output.WriteLineAsync($"Revoked: {revoked} is not let in any more, whatever code it has.");
        await context.Output.WriteLineAsync(
            "The code that was printed last is void, for that host may have it. 'longwire pair' prints another one. If the host is to come "
                + "back, stop it, remove link-key.pem from its data folder (or uninstall and install the app), and pair it anew.");
        return ExitCode.Done;
    }

    private static bool IsCalled(KnownHost host, string written) =>
        string.Equals(host.Name, written, StringComparison.OrdinalIgnoreCase)
            || (written.Length >= LeastDigits && host.Pin.StartsWith(written, StringComparison.OrdinalIgnoreCase));

    private static string WhyNone(string host, KnownHost[] found, ImmutableArray<KnownHost> enrolled)
    {
        if (found.Length > 1)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{found.Length} hosts are called '{Shown(host)}'; write the digits of the key: {Names(found)}.");
        }
        string known = enrolled.IsEmpty ? "No host is let in." : $"Known: {Names(enrolled)}.";
        return $"No host is called '{Shown(host)}', and no key begins so. {known}";
    }

    private static string Names(IEnumerable<KnownHost> hosts) => string.Join(", ", hosts);

    private static string Shown(string written) => Printable.Of(written, 64);

    private async Task WriteAsync(ImmutableArray<KnownHost> hosts, string none)
    {
        if (hosts.IsEmpty)
        {
            await context.Output.WriteLineAsync($"  {none}");
            return;
        }
        (string Name, string Key, string Since)[] rows =
        [
            ("NAME", "KEY", "SINCE (UTC, by this Pi's clock)"),
            .. hosts.Select(host => (
                host.Name ?? "-", PinText.Shown(host.Pin),
                host.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture))),
        ];
        int width = rows.Max(row => row.Name.Length);
        foreach ((string name, string key, string since) in rows)
            await context.Output.WriteLineAsync($"  {name.PadRight(width)}  {key.PadRight(PinText.ShownDigits)}  {since}");
    }
}
