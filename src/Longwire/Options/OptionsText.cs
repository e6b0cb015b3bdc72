using System.Text;

namespace Longwire.Options;

/// <summary>A file's bytes to nodes, in whichever of the two languages it is written.</summary>
internal static class OptionsText
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="OptionsException">Not there, not ours to read, too large.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            // One byte more than allowed tells too large from just large enough, and a file that grows does not matter.
            byte[] buffer = new byte[TreeLimits.Bytes + 1];
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > TreeLimits.Bytes)
            {
                throw new OptionsException($"{path} is larger than {TreeLimits.Bytes / 1024} KiB. Is it the right file?");
            }
            return buffer[..length];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new OptionsException($"{path} does not exist. Write it, or name another file with --options.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new OptionsException(
                $"{path} cannot be read: it is a folder, or permission is denied. Name a file that this user may read.", e);
        }
        catch (IOException e)
        {
            throw new OptionsException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <exception cref="OptionsException">The bytes are not well formed, or not a map of keys and values.</exception>
    public static MapNode Parse(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        OptionNode root = IsJson(bytes, file) ? JsonTree.Parse(bytes, file) : YamlTree.Parse(Decode(bytes, file), file);
        if (root.IsNull) return MapNode.Empty;
        return root as MapNode
            ?? throw new OptionsException(
                $"{file}: options begin with keys such as 'pis:' and 'radios:', but this file holds {Kind(root)}.");
    }

    public static bool IsBlank(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t\r\n\0"u8).IsEmpty;

    private static bool IsJson(ReadOnlySpan<byte> bytes, string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".JSON" => true,
        ".YAML" or ".YML" => false,
        _ => bytes.TrimStart(" \t\r\n"u8).StartsWith("{"u8),
    };

    private static string Decode(ReadOnlySpan<byte> bytes, string file)
    {
        try
        {
            return s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new OptionsException($"{file}: this is not text in UTF-8. Save the file as UTF-8.", e);
        }
    }

    // Without quoting it: a file that holds one text may hold one secret.
    private static string Kind(OptionNode node) => node is ListNode ? "a list" : "a single value";
}
