using System.Text;
using Longwire.Options;
using Xunit;

namespace Longwire.Tests.Options;

/// <summary>Options, or a sentence why not; nothing else may come out, whatever goes in.</summary>
public sealed class OptionsFuzzTests
{
    private const int Mutations = 100_000;
    private const int Threads = 2;

    private static readonly byte[] s_yaml = """
        # options
        pis:
          - &p {name: attic, address: "192.168.0.10:3240"}
          - address: '[fd00::7]'
            pairing_code: >-
              LW1-abc
        radios:
          - match: "10c4:8a2a"
            pi: attic
            restart_apps: [core_zwave_js, *p]
          - match: !x 0658:0200@platform/soc/1.4
        ? hold_seconds
        : 60
        mqtt: {host: h, port: 1883, tls: no, password: "a\x41\u263a"}
        ...
        """u8.ToArray();

    private static readonly byte[] s_json = """
        {"pis": [{"name": "attic", "address": "192.168.0.10"}, {"address": "[fd00::7]:3240"}],
         "radios": [{"match": "10c4:8a2a", "pi": "attic", "restart_apps": ["core_zwave_js"]}, {"match": "0658:0200@1.4"}],
         "hold_seconds": 60, "mqtt": {"host": "h", "port": 1883, "tls": false, "password": "\u263a\n"}, /* x */ "log_level": null,}
        """u8.ToArray();

    // What breaks grammars: brackets, quotes, indentation, anchors, numbers at the edge, bytes that are no text.
    private static readonly byte[][] s_splices =
    [
        [.. "["u8], [.. "]"u8], [.. "{"u8], [.. "}"u8], [.. ":"u8], [.. ": "u8], [.. "- "u8], [.. "? "u8], [.. "\n"u8], [.. "\t"u8],
        [.. "  "u8], [.. "\""u8],
        [.. "'"u8], [.. "&a "u8], [.. "*a "u8], [.. "*p"u8], [.. "!t "u8], [.. "!!map "u8], [.. "%YAML 1.2\n"u8], [.. "%TAG ! x\n"u8],
        [.. "---\n"u8], [.. "...\n"u8],
        [.. "|+2\n"u8], [.. ">-\n"u8], [.. "#"u8], [.. "<<: *p"u8], [.. "\\ud800"u8], [.. "\\x"u8], [.. "\\U00110000"u8],
        [.. "99999999999999999999"u8], [.. "null"u8],
        [.. ","u8], [0], [0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0xe2, 0x80, 0xa8], [0xc2, 0x85], [0x7f], [0x1b],
    ];

    [Theory]
    [InlineData("a.yaml")]
    [InlineData("a.json")]
    public void Every_prefix_is_options_or_an_options_error(string file)
    {
        byte[] whole = file == "a.yaml" ? s_yaml : s_json;
        for (int length = 0; length <= whole.Length; length++)
        {
            ParseOrRefuse(whole.AsSpan(0, length).ToArray(), file, $"prefix of {length}");
        }
    }

    [Theory]
    [Trait("takes", "long")]
    [InlineData("a.yaml")]
    [InlineData("a.json")]
    public Task Every_mutation_is_options_or_an_options_error(string file)
    {
        byte[] whole = file == "a.yaml" ? s_yaml : s_json;
        // On threads of their own: those of the pool belong to the tests beside this one.
        return Task.WhenAll(Enumerable.Range(0, Threads).Select(first => Task.Factory.StartNew(
            () =>
            {
                for (int seed = first; seed < Mutations; seed += Threads)
                {
                    ParseOrRefuse(Mutate(whole, new Random(seed)), file, $"seed {seed}");
                }
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("&a ")]
    [InlineData("!a ")]
    [InlineData("\"")]
    [InlineData("a: b: ")]
    [InlineData("a,")]
    [InlineData("*a ")]
    [InlineData("#\n")]
    [InlineData("%A\n")]
    [InlineData("---\n")]
    [InlineData("|\n ")]
    [InlineData("a:\n ")]
    public void One_piece_repeated_up_to_the_limit_costs_no_more_than_a_moment(string piece)
    {
        byte[] text = Encoding.UTF8.GetBytes(new StringBuilder().Insert(0, piece, TreeLimits.Bytes / piece.Length).ToString());
        long started = TimeProvider.System.GetTimestamp();

        foreach (string file in (string[])["a.yaml", "a.json"]) ParseOrRefuse(text, file, piece);

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

#pragma warning disable CA5394 // Seeded on purpose: a mutation that fails can be made again.
    private static byte[] Mutate(byte[] whole, Random random)
    {
        List<byte> bytes = [.. whole];
        for (int i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, s_splices[random.Next(s_splices.Length)]);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count / 2), random.Next(bytes.Count / 2)));
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return [.. bytes];
    }
#pragma warning restore CA5394

    private static void ParseOrRefuse(byte[] bytes, string file, string what)
    {
        try
        {
            LoadedOptions<AttachOptions> loaded = OptionsFile.ParseAttach(bytes, file);
            Assert.InRange(loaded.Problems.Length, 0, 51);
            Assert.All(loaded.Problems, problem => Assert.InRange(problem.ToString().Length, 1, 1000));
            Assert.InRange(loaded.Options.Pis.Length + loaded.Options.Radios.Length, 0, TreeLimits.Nodes);
        }
        catch (OptionsException e)
        {
            Assert.InRange(e.Message.Length, 1, 500);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"{file}, {what}: {Convert.ToBase64String(bytes.AsSpan(0, Math.Min(bytes.Length, 4096)))}", e);
        }
    }
}
