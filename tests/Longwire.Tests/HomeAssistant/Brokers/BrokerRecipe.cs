using MQTTnet.Formatter;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>
/// A broker that people have instead of mosquitto 2.0, and how it is started with nothing but MQTT, for everybody, on loopback.
/// </summary>
/// <param name="Name">As a person calls it.</param>
/// <param name="Tree">The root file system that it runs in: script/lib/brokers.sh makes it.</param>
/// <param name="Speaks">The newest MQTT that it accepts.</param>
/// <param name="Files">What lies in its data folder when it starts; <c>start</c> is what is run, in the end as the broker itself. Takes
/// ports of its own.</param>
internal sealed record BrokerRecipe(
    string Name, string Tree, MqttProtocolVersion Speaks, Func<BrokerPorts, Dictionary<string, string>> Files)
{
    /// <summary>The data folder as the broker sees it.</summary>
    public const string Data = "/mnt";

    public static IReadOnlyList<BrokerRecipe> All { get; } =
    [
        new("aedes 1", "trixie", MqttProtocolVersion.V311, ports => Aedes(1, ports)),
        new("aedes 2", "trixie", MqttProtocolVersion.V500, ports => Aedes(2, ports)),
        new("ejabberd", "trixie", MqttProtocolVersion.V500, Ejabberd),
        new("mosquitto 2.1", "forky", MqttProtocolVersion.V500, Mosquitto),
        new("NATS", "trixie", MqttProtocolVersion.V311, Nats),
        new("RabbitMQ 3.10", "bookworm", MqttProtocolVersion.V311, RabbitMq),
        new("RabbitMQ 4", "trixie", MqttProtocolVersion.V500, RabbitMq),
    ];

    private static Dictionary<string, string> Aedes(int major, BrokerPorts ports) => new()
    {
        // A module is looked for beside and above the script, which lies elsewhere.
        ["broker.mjs"] = $$"""
            import { createServer } from 'node:net'
            import { Aedes } from '/opt/aedes-{{major}}/node_modules/aedes/aedes.js'
            const broker = await Aedes.createBroker()
            const say = (client, error) => console.log(error.message)
            broker.on('clientError', say).on('connectionError', say)
            createServer(broker.handle).listen({{ports.Mqtt}}, '127.0.0.1')
            """,
        ["start"] = $"exec node {Data}/broker.mjs",
    };

    private static Dictionary<string, string> Mosquitto(BrokerPorts ports) => new()
    {
        ["mosquitto.conf"] = $"user root\nlistener {ports.Mqtt} 127.0.0.1\nallow_anonymous true\npersistence false\n",
        ["start"] = $"exec mosquitto -v -c {Data}/mosquitto.conf",
    };

    // MQTT needs JetStream, where it keeps what is retained.
    private static Dictionary<string, string> Nats(BrokerPorts ports) => new()
    {
        ["nats.conf"] = $$"""
            server_name: broker
            host: 127.0.0.1
            port: {{ports.Second}}
            jetstream { store_dir: "{{Data}}/jetstream" }
            mqtt { host: 127.0.0.1, port: {{ports.Mqtt}} }
            """,
        ["start"] = $"exec nats-server -c {Data}/nats.conf",
    };

    // Without a node name: Erlang's nodes find each other by a daemon that would listen for all the world.
    private static Dictionary<string, string> Ejabberd(BrokerPorts ports) => new()
    {
        ["ejabberd.yml"] = $$"""
            hosts: [localhost]
            loglevel: info
            listen:
              - { port: {{ports.Mqtt}}, ip: "127.0.0.1", module: mod_mqtt }
            auth_method: anonymous
            anonymous_protocol: login_anon
            allow_multiple_connections: true
            modules:
              mod_mqtt: { access_publish: { "#": [allow: all] }, access_subscribe: { "#": [allow: all] } }
            """,
        ["start"] = $"""
            export EJABBERD_CONFIG_PATH={Data}/ejabberd.yml EJABBERD_LOG_PATH={Data}/ejabberd.log
            exec erl -noinput +S 1:1 -pa /usr/lib/*/ejabberd*/ebin -mnesia dir '"{Data}/mnesia"' -s ejabberd
            """,
    };

    // That daemon is not to be avoided here: it gets a port of its own and the loopback, and ends with the broker.
    private static Dictionary<string, string> RabbitMq(BrokerPorts ports) => new()
    {
        ["rabbitmq.conf"] = $"listeners.tcp = none\nmqtt.listeners.tcp.1 = 127.0.0.1:{ports.Mqtt}\n",
        ["plugins"] = "[rabbitmq_mqtt].\n",
        ["start"] = $$"""
            export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT={{ports.Second}}
            export RABBITMQ_DIST_PORT={{ports.Third}} RABBITMQ_NODENAME=broker@localhost
            export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +S 1:1'
            export RABBITMQ_CONFIG_FILE={{Data}}/rabbitmq
            export RABBITMQ_ENABLED_PLUGINS_FILE={{Data}}/plugins RABBITMQ_GENERATED_CONFIG_DIR={{Data}}/generated
            export RABBITMQ_MNESIA_BASE={{Data}}/mnesia RABBITMQ_LOG_BASE={{Data}}/log RABBITMQ_LOGS=- RABBITMQ_PID_FILE={{Data}}/pid
            exec /usr/lib/rabbitmq/bin/rabbitmq-server
            """,
    };
}

/// <summary>Ports on loopback: for MQTT, and for what else a broker must listen on.</summary>
internal sealed record BrokerPorts(int Mqtt, int Second, int Third);
