using System.Net;
using MQTTnet.Server;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>The broker of the library that we use, in this process: for what mosquitto cannot be brought to do.</summary>
internal static class LibraryBroker
{
    public static async Task<MqttServer> StartAsync(int port)
    {
        MqttServer server = new MqttServerFactory().CreateMqttServer(
            new MqttServerOptionsBuilder().WithDefaultEndpoint()
                .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
                .WithDefaultEndpointPort(port)
                .Build());
        await server.StartAsync();
        return server;
    }
}
