using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Adapter;
using MQTTnet.Channel;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;

namespace Longwire.HomeAssistant.Broker;

/// <summary>
/// TCP and TLS to the broker, as a channel of the library's that misses no alert. A broker that does not take our certificate sends one and
/// closes with half of our handshake unread; the kernel answers that with a reset. The library's own channel then fails at a write, or
/// before when it asks for the other end's address, and never reads what has come all the same.
/// </summary>
/// <param name="endpoint">Where the broker listens.</param>
/// <param name="tls">Null: without.</param>
internal sealed class BrokerChannel(EndPoint endpoint, SslClientAuthenticationOptions? tls, TimeProvider time) : IMqttChannel
{
    [SuppressMessage("Usage", "CA2213", Justification = "Who connects late must find it; without a wait handle it holds nothing.")]
    private readonly CancellationTokenSource _ended = new();
    private Stream _stream = Stream.Null;
    private bool _isRead;

    public EndPoint? RemoteEndPoint => endpoint;
    public EndPoint? LocalEndPoint => null;
    public bool IsSecureConnection => tls is not null;
    public X509Certificate2? ClientCertificate => null;

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
            _stream = new NetworkStream(await ParallelConnect.ToAsync(endpoint, time, either.Token), ownsSocket: true);
            _ended.Token.ThrowIfCancellationRequested();
            if (tls is null) return;
            var secure = new SslStream(_stream, leaveInnerStreamOpen: false);
            _stream = secure;
            await secure.AuthenticateAsClientAsync(tls, cancellationToken);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Task DisconnectAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        _isRead = true;
        return await _stream.ReadAsync(buffer.AsMemory(offset, count), cancellationToken);
    }

    public async Task WriteAsync(ReadOnlySequence<byte> buffer, bool isEndOfPacket, CancellationToken cancellationToken)
    {
        try
        {
            foreach (ReadOnlyMemory<byte> segment in buffer) await _stream.WriteAsync(segment, cancellationToken);
        }
        // Once somebody reads, that one is told; two at once TLS does not allow.
        catch (IOException) when (!_isRead && tls is not null)
        {
            await ReadAsync(new byte[1], 0, 1, cancellationToken);
            throw;
        }
    }

    /// <summary>Ends what is under way, too, be it the connect.</summary>
    public void Dispose()
    {
        _ended.Cancel();
        _stream.Dispose();
    }

    /// <summary>For <see cref="MqttClientFactory"/>.</summary>
    internal sealed class Factory(SslClientAuthenticationOptions? tls, TimeProvider time) : IMqttClientAdapterFactory
    {
        public IMqttChannelAdapter CreateClientAdapter(
            MqttClientOptions options, MqttPacketInspector packetInspector, IMqttNetLogger logger)
        {
#pragma warning disable CA2000 // The adapter disposes its channel, and the client its adapter.
            var channel = new BrokerChannel(((MqttClientTcpOptions)options.ChannelOptions).RemoteEndpoint, tls, time);
#pragma warning restore CA2000
            var buffers = new MqttBufferWriter(options.WriterBufferSize, options.WriterBufferSizeMax);
            return new MqttChannelAdapter(channel, new MqttPacketFormatterAdapter(options.ProtocolVersion, buffers), logger)
            {
                AllowPacketFragmentation = options.AllowPacketFragmentation,
                PacketInspector = packetInspector,
            };
        }
    }
}
