using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Longwire.Testing.Brokers;

/// <summary>
/// As much of Home Assistant's templates as our discovery messages use: one expression of paths into <c>value_json</c>, texts,
/// <c>a if b else c</c>, <c>is none</c>, <c>==</c> and <c>not</c>. What it does not know is an error, not a guess.
/// </summary>
internal sealed class Template
{
    private readonly string _text;
    private readonly string _payload;
    private int _at;

    private Template(string text, string payload) => (_text, _payload) = (text, payload);

    /// <summary>What the template makes of a payload; <c>None</c> for nothing, as Jinja writes it.</summary>
    /// <exception cref="FormatException">The template uses what this does not know.</exception>
    public static string Render(string? template, string payload)
    {
        if (template is null) return payload;
        string text = template.Trim();
        if (!text.StartsWith("{{", StringComparison.Ordinal) || !text.EndsWith("}}", StringComparison.Ordinal))
        {
            throw new FormatException($"not one expression: {template}");
        }
        var reader = new Template(text[2..^2], payload);
        object? value = reader.Choice();
        reader.Space();
        // What it writes for a node is its JSON anyway.
        if (reader.Sign("|") && !reader.Word("tojson")) throw new FormatException($"an unknown filter: {template}");
        reader.Space();
        if (reader._at != reader._text.Length) throw new FormatException($"unknown from \"{reader._text[reader._at..]}\" on: {template}");
        return Write(value);
    }

    private static string Write(object? value) => value switch
    {
        null => "None",
        bool truth => truth ? "True" : "False",
        double number => number.ToString(CultureInfo.InvariantCulture),
        JsonNode node => node.ToJsonString(),
        _ => value.ToString() ?? "",
    };

    private static bool Truth(object? value) => value switch
    {
        null => false,
        bool truth => truth,
        double number => number != 0,
        string text => text.Length > 0,
        JsonArray array => array.Count > 0,
        _ => true,
    };

    private object? Choice()
    {
        int start = _at;
        object? value = Comparison();
        if (!Word("if")) return value;
        bool condition = Truth(Comparison());
        if (!Word("else")) throw new FormatException($"no else: {_text[start..]}");
        object? other = Choice();
        return condition ? value : other;
    }

    private object? Comparison()
    {
        if (Word("not")) return !Truth(Comparison());
        object? left = Primary();
        if (Word("is"))
        {
            bool negated = Word("not");
            if (!Word("none")) throw new FormatException($"only \"none\" is known after \"is\": {_text}");
            return left is null != negated;
        }
        if (Sign("==")) return Equals(left, Primary());
        return left;
    }

    private object? Primary()
    {
        Space();
        if (Sign("("))
        {
            object? inside = Choice();
            if (!Sign(")")) throw new FormatException($"an open parenthesis: {_text}");
            return inside;
        }
        if (_at < _text.Length && _text[_at] is '\'' or '"')
        {
            int end = _text.IndexOf(_text[_at], _at + 1);
            if (end < 0) throw new FormatException($"an open quote: {_text}");
            string text = _text[(_at + 1)..end];
            _at = end + 1;
            return text;
        }
        if (Word("none")) return null;
        if (Word("value_json")) return Plain(Path(JsonNode.Parse(_payload)));
        return Word("value") ? (object)_payload : throw new FormatException($"unknown: {_text[_at..]}");
    }

    private JsonNode? Path(JsonNode? node)
    {
        while (_at < _text.Length)
        {
            if (Sign("."))
            {
                int end = _at;
                while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] == '_')) end++;
                string key = _text[_at..end];
                // Home Assistant warns at every message whose key is missing.
                if (node is not JsonObject entries || !entries.ContainsKey(key))
                {
                    throw new FormatException($"the payload has no {key}: {_payload}");
                }
                node = entries[key];
                _at = end;
            }
            else if (Sign("["))
            {
                int end = _text.IndexOf(']', _at);
                int index = int.Parse(_text[_at..end], CultureInfo.InvariantCulture);
                if (node is not JsonArray array || index >= array.Count)
                {
                    throw new FormatException($"the payload has no element {index}: {_payload}");
                }
                node = array[index];
                _at = end + 1;
            }
            else
            {
                break;
            }
        }
        return node;
    }

    private static object? Plain(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => (object)value.GetValue<string>(),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => value.GetValue<double>(),
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        _ => node,
    };

    private bool Word(string word)
    {
        Space();
        int end = _at + word.Length;
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0) return false;
        if (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] == '_')) return false;
        _at = end;
        return true;
    }

    private bool Sign(string sign)
    {
        Space();
        if (string.CompareOrdinal(_text, _at, sign, 0, sign.Length) != 0) return false;
        _at += sign.Length;
        return true;
    }

    private void Space()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }
}
