using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Longwire.Export.Reconciling;
using Longwire.Options;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Stock;

/// <summary>Accepts clients of the stock protocol, those that are allowed to ask.</summary>
internal sealed class StockListener(
    StockExportOptions first, StickRequests requests, StockOffers offers, DescriptorEvents events, ServerPort ports, TimeProvider time,
    ILogger logger)
{
    private const int ConnectionsInAll = 64;

    // Of connections for which there is no place so many are told so at once.
    private const int RefusalsInAll = 16;
    private const int RefusalsPerAddress = 4;

    // A stranger is named once; a stranger with many addresses must not fill the log or our memory.
    private const int StrangersNamed = 64;

    private const string Remedy =
        "stop that for good (for the distribution's own: systemctl disable --now usbipd), or set stock.port to another one";

    private readonly Lock _gate = new();
    private StockExportOptions _options = first;
    private readonly ConnectionLimits _refusals = new(RefusalsInAll, RefusalsPerAddress);
    private ClientAllowList _allowed = ClientAllowList.Of(first.Allow);
    private CancellationTokenSource? _round;
    private int? _listensOn;
    private readonly ConnectionLimits _slots = new(ConnectionsInAll, PiOptions.ConnectionsAtOnce);
    private readonly HashSet<IPAddress> _strangers = [];

    /// <summary>Set once it listens: the port, which differs from the options' only where that is 0.</summary>
    public TaskCompletionSource<int> Listening { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task RunAsync(CancellationToken cancellationToken) => ListeningRounds.RunAsync(RunRoundAsync, cancellationToken);

    /// <summary>Who may ask counts from the next client on. Another port, or a list that was or becomes empty, is a new round.</summary>
    public void Use(StockExportOptions options)
    {
        int? told = null;
        CancellationTokenSource? over = null;
        lock (_gate)
        {
            if (options.Equals(_options)) return;
            bool again = options.Port != _options.Port || options.Allow.IsEmpty || _options.Allow.IsEmpty;
            _options = options;
            Volatile.Write(ref _allowed, _allowed.Using(options.Allow));
            // Who is turned away by the new list is named, whoever was by the old one.
            _strangers.Clear();
            if (again) over = _round;
            else told = _listensOn;
        }
        // What waits for it goes on inside Cancel, and takes its time.
        // One that has just ended by itself is followed by one with the new options.
        over?.TryCancel();
        if (told is { } port) SayListening(port, options);
    }

    /// <summary>The addresses of those who are allowed by name: they count from the next client on.</summary>
    public void Use(ImmutableDictionary<string, ImmutableArray<IPAddress>> resolved)
    {
        lock (_gate) Volatile.Write(ref _allowed, _allowed.With(resolved));
    }

    // Connections outlive their round: whoever is being answered is not disturbed by another port.
    private async Task RunRoundAsync(List<Task> connections, CancellationToken cancellationToken)
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        StockExportOptions options;
        lock (_gate) (options, _round) = (_options, round);
        try
        {
            if (options.Allow.IsEmpty)
            {
                ExportLog.NobodyAllowed(logger, options.Port);
                await Task.Delay(Timeout.InfiniteTimeSpan, round.Token);
            }
            using Socket listener = await ports.ListenAsync(options.Port, ConnectionsInAll, Remedy, round.Token);
            int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
            // They may have changed while the port was taken.
            lock (_gate) (options, _listensOn) = (_options, port);
            SayListening(port, options);
            Listening.TrySetResult(port);
            var acceptor = new Acceptor(listener, time, SayUnacceptable);
            while (true)
            {
                Socket client = await acceptor.AcceptAsync(round.Token);
                connections.RemoveAll(task => task.IsCompleted);
                Admit(client, connections, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Other options.
        }
        finally
        {
            lock (_gate) (_round, _listensOn) = (null, null);
        }
    }

    private void SayListening(int port, StockExportOptions options) => ExportLog.Listening(logger, port, string.Join(", ", options.Allow));

    private void Admit(Socket socket, List<Task> connections, CancellationToken cancellationToken)
    {
        if (AddressOf(socket) is not { } client)
        {
            // Gone between accept and here.
            socket.Dispose();
            return;
        }
        ClientAllowList allowed = Volatile.Read(ref _allowed);
        if (!allowed.Allows(client))
        {
            bool first;
            lock (_gate) first = !allowed.AwaitsNames && _strangers.Count < StrangersNamed && _strangers.Add(client.Value);
            if (first) ExportLog.Stranger(logger, client.Value);
            socket.Dispose();
            return;
        }
        if (!_slots.TryEnter(client.Value))
        {
            ExportLog.TooMany(logger.About("clients", client.ToString()), client.Value);
            if (_refusals.TryEnter(client.Value)) connections.Add(RefuseAsync(socket, client, cancellationToken));
            else socket.Dispose();
            return;
        }
        connections.Add(ServeAsync(socket, client, cancellationToken));
    }

    private static Client.Address? AddressOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint is IPEndPoint remote ? new Client.Address(remote.Address) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    // Its place is for those who wait for an answer; who is served is limited by the number of sticks.
    private async Task ServeAsync(Socket socket, Client.Address client, CancellationToken cancellationToken)
    {
        using var connection = new StockConnection(socket, client, requests, offers, events, time, logger);
        try
        {
            await connection.AnswerAsync(cancellationToken);
        }
        finally
        {
            _slots.Leave(client.Value);
        }
        await connection.CarryAsync(cancellationToken);
    }

    private async Task RefuseAsync(Socket socket, Client.Address client, CancellationToken cancellationToken)
    {
        using var connection = new StockConnection(socket, client, requests, offers, events, time, logger);
        try
        {
            await connection.RefuseAsync(cancellationToken);
        }
        finally
        {
            _refusals.Leave(client.Value);
        }
    }

    private void SayUnacceptable(string? reason)
    {
        if (reason is null) ExportLog.AcceptsAgain(logger.About("port"));
        else ExportLog.AcceptFailed(logger.About("port"), reason);
    }
}
