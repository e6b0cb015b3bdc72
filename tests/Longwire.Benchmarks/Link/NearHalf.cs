using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Longwire.Attach;
using Longwire.Link.Liveness;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Link;

/// <summary>The process that plays the host's kernel, with the host's half of Longwire in it.</summary>
/// <param name="folder">Where the far half has told what is there.</param>
internal sealed class NearHalf(string folder) : IDisposable
{
    public const string Name = "link-near";

    /// <summary>Of each way a line: its name, and the time of each round trip in microseconds.</summary>
    public const string Times = "times";

    /// <summary>Of a Pi that is only watched: it has answered; when it was said to be away.</summary>
    public const string Answered = "answered", Silent = "silent";

    public const string Plain = "plain TCP", Ours = "Longwire", Ssh = "ssh -L", Socat = "two socats";

    /// <summary>Where ssh and the near socat listen.</summary>
    public const int SshPort = 3242;
    public const string SocatSocket = "socat.socket";

    private const int Told = 16;

    // What the just-in-time compiler takes is not asked for; it is through after some thousands.
    private const int WarmUp = 3000;

    // So many in a row, then the next way has its turn: whatever else the machine does meets all alike.
    private const int InARow = 50;

    private const int Line = 20;
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromMilliseconds(100);

    private readonly TimerThread _timers = new("host timers");

    public async Task RunAsync(string measure, int count)
    {
        string[] codes = await File.ReadAllLinesAsync(Path.Combine(folder, FarHalf.Codes));
        if (measure == Vanishings.Measure)
        {
            await WatchAsync(codes[0]);
            return;
        }
        int port = int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, FarHalf.TcpPort)), CultureInfo.InvariantCulture);
        if (measure == RoundTrips.Measure) await MeasureRoundTripsAsync(codes[0], port, count);
        else await WriteLinesAsync(codes, port);
    }

    public void Dispose() => _timers.Dispose();

    private async Task WatchAsync(string code)
    {
        await using NearPi pi = NearPi.Watch(code, _timers);
        await pi.UntilAsync<AttachEvent.PiAnswered>(static _ => true);
        await Half.TellAsync(Path.Combine(folder, Answered), []);
        await pi.UntilAsync<AttachEvent.PiSilent>(static _ => true);
        string when = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
        await Half.TellAsync(Path.Combine(folder, Silent), [when]);
    }

    private async Task MeasureRoundTripsAsync(string code, int port, int count)
    {
        NearRadio radio = await NearRadio.OpenAsync(code, _timers);
        radio.Kernel.Send(NearRadio.Ask(1));
        (string Name, Socket Socket)[] ways =
        [
            (Plain, Connect(TwoHouses.FarAddress, port)),
            (Ours, radio.Kernel),
            (Ssh, Connect(IPAddress.Loopback, SshPort)),
            (Socat, Connect(Path.Combine(folder, SocatSocket))),
        ];
        uint seqnum = 1;
        foreach ((string _, Socket socket) in ways)
        {
            for (int i = 0; i < WarmUp; i++) Time(socket, ++seqnum);
        }
        var times = ways.ToDictionary(way => way.Name, _ => new List<double>(count));
        for (int done = 0; done < count; done += InARow)
        {
            foreach ((string name, Socket socket) in ways)
            {
                for (int i = 0; i < InARow; i++) times[name].Add(Time(socket, ++seqnum));
            }
        }
        await Half.TellAsync(
            Path.Combine(folder, Times),
            times.Select(way => $"{way.Key}: {string.Join(' ', way.Value.Select(Text))}"));
    }

    private static string Text(double microseconds) => microseconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static Socket Connect(IPAddress address, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address, port);
        return socket;
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    // Microseconds from the request to its whole answer.
    private static double Time(Socket socket, uint seqnum)
    {
        byte[] request = NearRadio.Tell(seqnum, Told);
        Span<byte> answer = stackalloc byte[UrbHeader.Size];
        long start = Stopwatch.GetTimestamp();
        socket.Send(request);
        for (int have = 0; have < answer.Length;)
        {
            int read = socket.Receive(answer[have..]);
            if (read == 0) throw new IOException("a connection ended under the measurement");
            have += read;
        }
        double time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        if (RetSubmit.Parse(answer).Seqnum != seqnum) throw new IOException("an answer to something else");
        return time;
    }

    private async Task WriteLinesAsync(string[] codes, int port)
    {
        var random = new Random(codes.Length);
        var writing = new List<Task>();
        for (int number = 0; number < codes.Length; number++)
        {
            NearRadio radio = await NearRadio.OpenAsync(codes[number], _timers);
            writing.AddRange([WriteAsync(radio, random.NextDouble()), ReadAnswersAsync(radio.Kernel)]);
            Socket tcp = Connect(TwoHouses.FarAddress, port);
            tcp.Send([(byte)number]);
            writing.Add(WriteAsync(tcp, random.NextDouble()));
        }
        // Whichever fails first says why.
        await await Task.WhenAny(writing);
    }

    // Each begins at a moment of its own.
    private static async Task WriteAsync(NearRadio radio, double start)
    {
        await radio.Kernel.SendAsync(NearRadio.Ask(1));
        await Task.Delay(s_betweenLines * start);
        for (uint seqnum = 2; ; seqnum++)
        {
            if (radio.Carrier.ReadEnd() is { } end) throw new IOException(end.Reason);
            await radio.Kernel.SendAsync(NearRadio.Tell(seqnum, Line));
            await Task.Delay(s_betweenLines);
        }
    }

    private static async Task ReadAnswersAsync(Socket kernel)
    {
        var bytes = new byte[64 * 1024];
        while (await kernel.ReceiveAsync(bytes) > 0)
        {
        }
        throw new IOException("the port was ended");
    }

    private static async Task WriteAsync(Socket tcp, double start)
    {
        await Task.Delay(s_betweenLines * start);
        while (true)
        {
            await tcp.SendAsync(new byte[Line]);
            await Task.Delay(s_betweenLines);
        }
    }
}
