#!/usr/bin/env bash
# MQTTnet 5.2.0.1603 (NuGet): the client's Timeout, "the timeout which will be applied at socket level and internal operations", does
# not end a publish with QoS 1 that the broker never acknowledges. With a Timeout of one second ConnectAsync gives up after one
# second, and PublishAsync of the same client still waits after ten: only a cancellation token of one's own ends it.
# Seen:
#   ConnectAsync with no CONNACK: gives up
#   PublishAsync with no PUBACK: still waits after 10 s
#   PublishAsync with a token of one's own: gives up
set -euo pipefail

finding=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/finding-XXXXXX")
trap 'rm -rf "$work"' EXIT
cat >"$work/finding.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="MQTTnet" Version="[5.2.0.1603]" />
  </ItemGroup>
</Project>
PROJECT
cat >"$work/Program.cs" <<'PROGRAM'
using System.Net;
using System.Net.Sockets;
using MQTTnet;
using MQTTnet.Protocol;

// A broker that answers CONNECT, or does not even that, and nothing else.
static int Broker(bool answers)
{
    var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    _ = Task.Run(async () =>
    {
        Socket client = await listener.AcceptSocketAsync();
        byte[] buffer = new byte[1024];
        await client.ReceiveAsync(buffer);
        if (answers) await client.SendAsync(new byte[] { 0x20, 0x03, 0x00, 0x00, 0x00 });
        while (await client.ReceiveAsync(buffer) > 0) { }
    });
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

static MqttClientOptions Options(int port) => new MqttClientOptionsBuilder()
    .WithTcpServer("127.0.0.1", port)
    .WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500)
    .WithTimeout(TimeSpan.FromSeconds(1))
    .WithKeepAlivePeriod(TimeSpan.FromMinutes(10))
    .Build();

static async Task<string> EndsAsync(Task task)
{
    if (await Task.WhenAny(task, Task.Delay(TimeSpan.FromSeconds(10))) != task) return "still waits after 10 s";
    return task.IsCompletedSuccessfully ? "done" : "gives up";
}

var factory = new MqttClientFactory();
Task connected = factory.CreateMqttClient().ConnectAsync(Options(Broker(answers: false)));
Console.WriteLine($"ConnectAsync with no CONNACK: {await EndsAsync(connected)}");

IMqttClient client = factory.CreateMqttClient();
await client.ConnectAsync(Options(Broker(answers: true)));
Task published = client.PublishStringAsync("topic", "text", MqttQualityOfServiceLevel.AtLeastOnce);
Console.WriteLine($"PublishAsync with no PUBACK: {await EndsAsync(published)}");
using var mine = new CancellationTokenSource(TimeSpan.FromSeconds(1));
published = client.PublishStringAsync("topic", "text", MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken: mine.Token);
Console.WriteLine($"PublishAsync with a token of one's own: {await EndsAsync(published)}");
PROGRAM
cat >"$work/expected" <<'EXPECTED'
ConnectAsync with no CONNACK: gives up
PublishAsync with no PUBACK: still waits after 10 s
PublishAsync with a token of one's own: gives up
EXPECTED
dotnet build "$work/finding.csproj" -v quiet --nologo >"$work/build.log" 2>&1 </dev/null || { cat "$work/build.log" >&2; exit 1; }
dotnet "$work/bin/Debug/net10.0/finding.dll" | tee "$work/seen"
diff "$work/expected" "$work/seen" >&2 || { printf '%s does not hold any more\n' "$finding" >&2; exit 1; }
