using System.Collections.Immutable;
using System.Net;
using Longwire.Radios;

namespace Longwire.Options;

/// <summary>The <c>pis</c> of <c>longwire attach</c>.</summary>
internal sealed class PisReader
{
    private const string AddressForm = "write a name, an IPv4 address or an [IPv6] address, for example 192.168.0.10";

    private readonly ProblemList _problems;
    private readonly List<(PiOptions Pi, string Path)> _pis = [];

    // A rule about one of them has nothing wrong with it.
    private readonly List<SkippedPi> _skipped = [];

    private PisReader(ProblemList problems) => _problems = problems;

    public ImmutableArray<PiOptions> Pis => [.. _pis.Select(entry => entry.Pi)];
    public ImmutableArray<SkippedPi> Skipped => [.. _skipped];

    public static PisReader Read(OptionMap root, ProblemList problems)
    {
        var reader = new PisReader(problems);
        ImmutableArray<(OptionNode Node, string Path)> entries = root.Items("pis", "entries with an address", out OptionProblem? unread);
        foreach ((OptionNode node, string path) in entries) reader.Add(node, path);
        if (unread is not null) reader._skipped.Add(new SkippedPi(null, null, null, unread));
        if (root.Find("pis") is null or ListNode { Items.IsEmpty: true })
        {
            problems.Add(root.Find("pis"), "pis", "", "no Pi is named, so there is nothing to attach; add one: '- address: 192.168.0.10'");
        }
        return reader;
    }

    /// <summary>The id of the Pi that a radio's <c>pi</c> names, by name, address or id; else what is wrong.</summary>
    public (string? Id, OptionProblem? Problem) Resolve(OptionMap radio)
    {
        if (radio.Text("pi") is not { } written) return (null, _problems.Latest);
        foreach ((PiOptions pi, _) in _pis)
        {
            if (IsCalled(written, pi.Name, pi.Address) || pi.Id == written) return (pi.Id, null);
        }
        if (_skipped.Find(pi => IsCalled(written, pi.Name, pi.Address) || pi.Id == written) is { } skipped) return (null, skipped.Problem);
        string[] names = [.. _pis.Select(entry => entry.Pi.DisplayName)];
        return (null, _problems.Add(radio.Find("pi")!, radio.PathOf("pi"), $"no Pi is called so; {NearestKey.Hint(written, names)}"));
    }

    private void Add(OptionNode node, string path)
    {
        // "- 192.168.0.10" alone is clear enough.
        if (node is ScalarNode { IsNull: false } alone)
        {
            Accept(node, path, name: null, alone.Text.Trim(), node, path);
            return;
        }
        if (node is not MapNode map)
        {
            Skip(null, null, _problems.Add(node, path, node is UnusableNode unusable ? unusable.Remedy : AddressForm));
            return;
        }
        var entry = new OptionMap(map, path, _problems, "name", "address", "pairing_code");
        string? name = entry.Text("name");
        string? address = entry.Text("address");
        if (entry.Find("pairing_code") is { } code && code is not ScalarNode { Text: "" })
        {
            // Never a fall-back to stock: whoever gave a code asked for an encrypted connection.
            Skip(
                name,
                address,
                _problems.Add(code, entry.PathOf("pairing_code"), "", "this release cannot pair yet, so this Pi is left out; "
                    + "remove the code to reach its usbipd unencrypted, or wait for a later release"),
                standsAsBefore: false);
            return;
        }
        if (address is null)
        {
            if (entry.Find("address") is null or ScalarNode) _problems.Add(node, entry.PathOf("address"), "", $"is missing; {AddressForm}");
            Skip(name, null, _problems.Latest!);
            return;
        }
        Accept(node, path, name, address, entry.Find("address")!, entry.PathOf("address"));
    }

    private void Accept(OptionNode node, string path, string? name, string address, OptionNode addressNode, string addressPath)
    {
        if (HostAddress.TryParse(address, PiOptions.StockPort, out DnsEndPoint? endPoint) is { } remedy)
        {
            Skip(name, address, _problems.Add(addressNode, addressPath, remedy));
            return;
        }
        var pi = new PiOptions { Id = Slug.Of(name ?? address), Name = name, Address = address, EndPoint = endPoint! };
        foreach ((PiOptions other, string otherPath) in _pis)
        {
            // Home Assistant's entity ids know no upper case, so neither may the ids that they come from.
            if (string.Equals(other.Id, pi.Id, StringComparison.OrdinalIgnoreCase))
            {
                Skip(
                    name,
                    address,
                    _problems.Add(
                        node,
                        path,
                        pi.DisplayName,
                        $"{otherPath} ('{other.DisplayName}') has the same name; this one is left out until they differ"));
                return;
            }
            if (other.EndPoint.Port == pi.EndPoint.Port
                && string.Equals(other.EndPoint.Host, pi.EndPoint.Host, StringComparison.OrdinalIgnoreCase))
            {
                Skip(
                    name,
                    address,
                    _problems.Add(
                        node,
                        path,
                        pi.DisplayName,
                        $"{otherPath} ('{other.DisplayName}') has the same address; this one is left out. Write each Pi once"));
                return;
            }
        }
        _pis.Add((pi, path));
    }

    private void Skip(string? name, string? address, OptionProblem problem, bool standsAsBefore = true)
    {
        bool isAddress = address is not null && HostAddress.TryParse(address, PiOptions.StockPort, out _) is null;
        string? id = name is not null ? Slug.Of(name) : isAddress ? Slug.Of(address!) : null;
        _skipped.Add(new SkippedPi(id, name, address, problem, standsAsBefore));
    }

    private static bool IsCalled(string written, string? name, string? address) =>
        string.Equals(written, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(written, address, StringComparison.OrdinalIgnoreCase);
}
