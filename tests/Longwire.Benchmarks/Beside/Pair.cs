using System.Net;
using Longwire.Testing.Brokers;
using Longwire.UsbIp.Usb;

namespace Longwire.Benchmarks.Beside;

/// <summary>
/// Both programs at the same time, against one mosquitto and the same Pis. Each Pi has an address for each program, so that it is seen who
/// asks, and is there at both or at neither.
/// </summary>
internal sealed class Pair : IAsyncDisposable
{
    public const string Before = "before";
    public const string After = "after";

    private readonly Dictionary<string, Contestant> _contestants = [];
    private readonly Dictionary<string, PiServer[]> _pis;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("longwire-beside-broker-");
    private readonly Broker _broker;

    private Pair(int pis, ReadOnlyMemory<byte> list, Refusal refusal)
    {
        _broker = new Broker(_folder.FullName, TimeProvider.System);
        _pis = new Dictionary<string, PiServer[]>
        {
            [Before] = [.. Enumerable.Range(1, pis).Select(number => new PiServer(Loopback(1, number), list, refusal))],
            [After] = [.. Enumerable.Range(1, pis).Select(number => new PiServer(Loopback(2, number), list, refusal))],
        };
    }

    public static IReadOnlyList<string> Both { get; } = [Before, After];

    public Watch Watch => _broker.Watch;

    /// <param name="list">What each Pi answers to OP_REQ_DEVLIST.</param>
    /// <inheritdoc cref="Contestant.StartAsync" path="/param[@name='wanted' or @name='known' or @name='page']"/>
    public static async Task<Pair> StartAsync(
        string before,
        string after,
        int pis,
        ReadOnlyMemory<byte> list,
        Refusal refusal = Refusal.Busy,
        UsbId? wanted = null,
        bool known = false,
        ContestantPage? page = null)
    {
        var pair = new Pair(pis, list, refusal);
        try
        {
            await pair._broker.StartAsync();
            for (int pi = 0; pi < pis; pi++) pair.Listen(pi);
            foreach ((string name, string program) in new[] { (Before, before), (After, after) })
            {
                IPEndPoint[] addresses = [.. pair._pis[name].Select(pi => pi.EndPoint)];
                pair._contestants[name] = await Contestant.StartAsync(program, name, pair._broker.Port, addresses, wanted, known, page);
            }
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    public Contestant this[string name] => _contestants[name];

    public PiServer Pi(string name, int pi) => _pis[name][pi];

    public void Listen(int pi)
    {
        foreach (string name in Both) _pis[name][pi].Listen();
    }

    public Task AllGoAwayAsync() => Task.WhenAll(_pis.Values.SelectMany(pis => pis).Select(pi => pi.GoAwayAsync()));

    /// <exception cref="InvalidOperationException">One of the programs has ended.</exception>
    public void RequireRunning()
    {
        foreach ((string name, Contestant contestant) in _contestants)
        {
            if (contestant.HasExited)
                throw new InvalidOperationException($"The program '{name}' ended by itself. Its log:\n{contestant.Log}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Contestant contestant in _contestants.Values) await contestant.DisposeAsync();
        await AllGoAwayAsync();
        await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static IPAddress Loopback(byte group, int number) => new([127, 77, group, (byte)number]);
}
