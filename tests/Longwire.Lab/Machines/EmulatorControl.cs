using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Longwire.Lab.Machines;

/// <summary>
/// Stops a guest's processors and lets them go on, as who pauses a virtual machine does: its clock stands still meanwhile, and what comes
/// in over its cards waits. Over QMP, the emulator's own protocol.
/// </summary>
internal sealed class EmulatorControl : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly TcpClient _connection;
    private readonly StreamReader _reader;

    private EmulatorControl(TcpClient connection) =>
        (_connection, _reader) = (connection, new StreamReader(connection.GetStream(), s_utf8));

    public static async Task<EmulatorControl> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(address, cancellationToken);
            var control = new EmulatorControl(connection);
            await control.ExecuteAsync("qmp_capabilities", cancellationToken);
            return control;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public Task PauseAsync(CancellationToken cancellationToken) => ExecuteAsync("stop", cancellationToken);

    public Task ContinueAsync(CancellationToken cancellationToken) => ExecuteAsync("cont", cancellationToken);

    public void Dispose()
    {
        _reader.Dispose();
        _connection.Dispose();
    }

    private async Task ExecuteAsync(string command, CancellationToken cancellationToken)
    {
        await _connection.GetStream().WriteAsync(s_utf8.GetBytes($$"""{"execute":"{{command}}"}"""), cancellationToken);
        // Its greeting and its events come between.
        while (true)
        {
            string line = await _reader.ReadLineAsync(cancellationToken)
                ?? throw new IOException($"The emulator closed its control connection before it answered {command}.");
            using JsonDocument answer = JsonDocument.Parse(line);
            if (answer.RootElement.TryGetProperty("return", out _)) return;
            if (answer.RootElement.TryGetProperty("error", out JsonElement error)) throw new IOException($"{command}: {error}");
        }
    }
}
