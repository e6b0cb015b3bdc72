using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Longwire.Options;

/// <summary>
/// YAML to nodes, from the parser's events alone: no reflection, and no guess at types (<c>0658:0200</c> is a number in base
/// 60 to some readers of YAML).
/// </summary>
internal sealed class YamlTree
{
    private readonly string _file;
    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private readonly Dictionary<string, (OptionNode Node, int Size)> _anchors = [];
    private int _nodes;

    private YamlTree(string text, string file)
    {
        _file = file;
        _scanner = new Scanner(new StringReader(text));
        _parser = new Parser(_scanner);
    }

    /// <exception cref="OptionsException">Not YAML, or more than options can be.</exception>
    public static OptionNode Parse(string text, string file) => new YamlTree(text, file).Document();

    private OptionNode Document()
    {
        Next();
        if (Next() is StreamEnd) return MapNode.Empty;
        OptionNode root = Node(Next(), depth: 0);
        Next();
        if (Next() is not StreamEnd)
        {
            throw new OptionsException($"{_file}: there is a second document behind '---'. Write all options into one.");
        }
        return root;
    }

    private OptionNode Node(ParsingEvent next, int depth)
    {
        int line = (int)next.Start.Line;
        if (depth > TreeLimits.Depth)
        {
            throw new OptionsException($"{_file}, line {line}: this is nested too deeply to be options. Is it the right file?");
        }
        int before = _nodes;
        Count(1);
        OptionNode node;
        switch (next)
        {
            case AnchorAlias alias:
                // Without the name: a password that begins with an asterisk looks like an alias.
                if (!_anchors.TryGetValue(alias.Value.Value, out (OptionNode Node, int Size) target))
                {
                    throw new OptionsException(
                        $"{_file}, line {line}: an alias (*) without its anchor (&) before it. Put a text that begins with * in quotes.");
                }
                Count(target.Size);
                return target.Node;
            case Scalar scalar:
                node = IsForeign(scalar.Tag) ? Tagged(line) : new ScalarNode(scalar.Value, scalar.Style is not ScalarStyle.Plain, line);
                break;
            case SequenceStart sequence:
                ListNode list = List(depth, line);
                node = IsForeign(sequence.Tag) ? Tagged(line) : list;
                break;
            case MappingStart mapping:
                MapNode map = Map(depth, line);
                node = IsForeign(mapping.Tag) ? Tagged(line) : map;
                break;
            default:
                throw new OptionsException($"{_file}, line {line}: a value was expected here.");
        }
        // Only now: an anchor is not known inside of itself, so no node can hold itself.
        if (next is NodeEvent { Anchor.IsEmpty: false } anchored) _anchors[anchored.Anchor.Value] = (node, _nodes - before);
        return node;
    }

    private ListNode List(int depth, int line)
    {
        ImmutableArray<OptionNode>.Builder items = ImmutableArray.CreateBuilder<OptionNode>();
        for (ParsingEvent next = Next(); next is not SequenceEnd; next = Next()) items.Add(Node(next, depth + 1));
        return new ListNode(items.DrainToImmutable(), line);
    }

    private MapNode Map(int depth, int line)
    {
        ImmutableArray<KeyValuePair<string, OptionNode>>.Builder entries = ImmutableArray.CreateBuilder<KeyValuePair<string, OptionNode>>();
        for (ParsingEvent next = Next(); next is not MappingEnd; next = Next())
        {
            if (Node(next, depth + 1) is not ScalarNode key)
            {
                throw new OptionsException($"{_file}, line {line}: a key must be a plain word.");
            }
            entries.Add(new(key.Text, Node(Next(), depth + 1)));
        }
        return new MapNode(entries.DrainToImmutable(), line);
    }

    private ParsingEvent Next()
    {
        try
        {
            if (_parser.MoveNext() && _parser.Current is { } next) return next;
            throw Malformed(null);
        }
        catch (YamlException e)
        {
            throw Malformed(e, e.End);
        }
// The parser answers some malformed texts with its own inner faults ("port: |+2" inside of braces: InvalidOperationException).
#pragma warning disable CA1031
        catch (Exception e) when (e is not OptionsException)
#pragma warning restore CA1031
        {
            throw Malformed(e);
        }
    }

    private OptionsException Malformed(Exception? cause, Mark stated = default)
    {
        // Not every fault states its place; then where the scanner stands is near enough.
        Mark place = stated.Index > 0 ? stated : _scanner.CurrentPosition;
        return new($"{_file}, line {place.Line}, column {place.Column}: this is not valid YAML. Look at the indentation there (spaces, no "
            + "tabs), and put a "
            + "text in quotes if it contains ': ' or ' #' or starts with a sign such as @, %, &, *, ! or [.", cause!);
    }

    private void Count(int nodes)
    {
        _nodes += nodes;
        if (_nodes > TreeLimits.Nodes)
        {
            throw new OptionsException($"{_file}: more than {TreeLimits.Nodes} values cannot be options. Is it the right file?");
        }
    }

    private static UnusableNode Tagged(int line) =>
        new("a value with a tag", "tags such as !secret are Home Assistant's own and not known here; write the value itself", line);

    private static bool IsForeign(TagName tag) =>
        !tag.IsEmpty && !tag.IsNonSpecific && !tag.Value.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal);
}
