using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Longwire.Options;

/// <summary>JSON to nodes. Comments and trailing commas are let pass: people edit these files by hand.</summary>
internal ref struct JsonTree
{
    private readonly ReadOnlySpan<byte> _utf8;
    private readonly string _file;
    private Utf8JsonReader _reader;
    private int _nodes;
    private int _line;
    private int _lineCountedTo;

    private JsonTree(ReadOnlySpan<byte> utf8, string file)
    {
        _utf8 = utf8;
        _file = file;
        _line = 1;
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            MaxDepth = TreeLimits.Depth,
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        });
    }

    /// <exception cref="OptionsException">Not JSON, or more than options can be.</exception>
    public static OptionNode Parse(ReadOnlySpan<byte> utf8, string file)
    {
        var tree = new JsonTree(utf8, file);
        try
        {
            tree._reader.Read();
            OptionNode root = tree.Node();
            // Reads to the end: something after the root is an error, not an afterthought to ignore.
            tree._reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            throw new OptionsException($"{file}, line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: this is not valid JSON. "
                + "Look for a missing comma, quote or bracket just before that place.", e);
        }
        catch (InvalidOperationException e)
        {
            // A text that cannot be UTF-16: half of a surrogate pair, or bytes that are not UTF-8.
            throw new OptionsException($"{file}, line {tree.Line()}: this text is not valid Unicode. Save the file as UTF-8.", e);
        }
    }

    private OptionNode Node()
    {
        if (++_nodes > TreeLimits.Nodes)
        {
            throw new OptionsException($"{_file}: more than {TreeLimits.Nodes} values cannot be options. Is it the right file?");
        }
        int line = Line();
        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => Map(line),
            JsonTokenType.StartArray => List(line),
            JsonTokenType.String => new ScalarNode(_reader.GetString()!, quoted: true, line),
            // Number, true, false and null, in their own spelling.
            _ => new ScalarNode(Encoding.UTF8.GetString(_reader.ValueSpan), quoted: false, line),
        };
    }

    private MapNode Map(int line)
    {
        ImmutableArray<KeyValuePair<string, OptionNode>>.Builder entries = ImmutableArray.CreateBuilder<KeyValuePair<string, OptionNode>>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            string key = _reader.GetString()!;
            _reader.Read();
            entries.Add(new(key, Node()));
        }
        return new MapNode(entries.DrainToImmutable(), line);
    }

    private ListNode List(int line)
    {
        ImmutableArray<OptionNode>.Builder items = ImmutableArray.CreateBuilder<OptionNode>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray) items.Add(Node());
        return new ListNode(items.DrainToImmutable(), line);
    }

    // Counted on as the reader moves on, so that a long file is walked once.
    private int Line()
    {
        int start = (int)_reader.TokenStartIndex;
        if (start > _lineCountedTo)
        {
            _line += _utf8[_lineCountedTo..start].Count((byte)'\n');
            _lineCountedTo = start;
        }
        return _line;
    }
}
