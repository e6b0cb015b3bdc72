using System.Collections.Immutable;
using System.Net;
using Longwire.Link.Pairing;
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
            Accept(new Entry(node, path, null, alone.Text.Trim(), node, path, null));
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
        if (!ReadCode(entry, out PairingCode? code))
        {
            Skip(name, address, _problems.Latest!, isPaired: true);
            return;
        }
        OptionNode? written = entry.Find("address");
        if (address is null && (code is null || written is not (null or ScalarNode { Text: "" })))
        {
            if (written is null or ScalarNode) _problems.Add(node, entry.PathOf("address"), "", $"is missing; {AddressForm}");
            Skip(name, null, _problems.Latest!, code is not null);
            return;
        }
        Accept(new Entry(node, path, name, address, written ?? node, entry.PathOf("address"), code));
    }

    /// <returns>False: there is one that is none, and the problem is added.</returns>
    private bool ReadCode(OptionMap entry, out PairingCode? code)
    {
        code = null;
        OptionNode? node = entry.Find("pairing_code");
        if (node is null || (node is ScalarNode { Text: var blank } && string.IsNullOrWhiteSpace(blank))) return true;
        string remedy;
        if (node is not ScalarNode text) remedy = node is UnusableNode unusable ? unusable.Remedy : "write the code as one text";
        else if (PairingCode.TryParse(text.Text, out code, out PairingFault fault, out int at)) return true;
        else remedy = PairingFaultText.Of(fault, at);
        // Never with the value, which may be a good code but for one character.
        _problems.Add(node, entry.PathOf("pairing_code"), "", $"{remedy}. Until then this Pi is left out");
        return false;
    }

    private void Accept(Entry entry)
    {
        // As a person would write it.
        string address = entry.Address
            ?? (entry.Code!.Addresses[0] is var first && first.Contains(':', StringComparison.Ordinal) ? $"[{first}]" : first);
        if (HostAddress.TryParse(address, entry.Code?.Port ?? PiOptions.StockPort, out DnsEndPoint? endPoint) is { } remedy)
        {
            Skip(entry.Name, address, _problems.Add(entry.AddressNode, entry.AddressPath, remedy), entry.Code is not null);
            return;
        }
        var pi = new PiOptions
        {
            Id = Slug.Of(entry.Name ?? address), Name = entry.Name, Address = address, EndPoint = endPoint!, Pairing = entry.Code,
        };
        foreach ((PiOptions other, string otherPath) in _pis)
        {
            if (WhySame(pi, other) is not { } same) continue;
            OptionProblem problem = _problems.Add(
                entry.Node, entry.Path, pi.DisplayName, $"{otherPath} ('{other.DisplayName}') has the same {same}");
            Skip(entry.Name, address, problem, entry.Code is not null);
            return;
        }
        _pis.Add((pi, entry.Path));
    }

    private static string? WhySame(PiOptions pi, PiOptions other)
    {
        // Home Assistant's entity ids know no upper case, so neither may the ids that they come from.
        if (string.Equals(other.Id, pi.Id, StringComparison.OrdinalIgnoreCase)) return "name; this one is left out until they differ";
        if (pi.Pairing is not null && pi.Pairing.Pin == other.Pairing?.Pin)
            return "key in its pairing code, so it is the same Pi; this one is left out. Write each Pi once";
        return other.EndPoint.Port == pi.EndPoint.Port
            && string.Equals(other.EndPoint.Host, pi.EndPoint.Host, StringComparison.OrdinalIgnoreCase)
            ? "address; this one is left out. Write each Pi once"
            : null;
    }

    private void Skip(string? name, string? address, OptionProblem problem, bool isPaired = false)
    {
        bool isAddress = address is not null && HostAddress.TryParse(address, PiOptions.StockPort, out _) is null;
        string? id = name is not null ? Slug.Of(name) : isAddress ? Slug.Of(address!) : null;
        _skipped.Add(new SkippedPi(id, name, address, problem, isPaired));
    }

    private static bool IsCalled(string written, string? name, string? address) =>
        string.Equals(written, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(written, address, StringComparison.OrdinalIgnoreCase);

    /// <param name="Address">As written; null: only the code has one.</param>
    private sealed record Entry(
        OptionNode Node, string Path, string? Name, string? Address, OptionNode AddressNode, string AddressPath, PairingCode? Code);
}
