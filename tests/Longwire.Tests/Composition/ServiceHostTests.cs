using System.Text;
using Longwire.Composition;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Composition;

public sealed class ServiceHostTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_service_that_fails_ends_the_process_with_1_and_its_reason_in_the_log()
    {
        using var failing = new Failing();

        (int code, string log) = await RunAsync(failing, CancellationToken.None);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("the house is on fire", log, StringComparison.Ordinal);
        Assert.Equal(1, log.Split("the house is on fire").Length - 1);
    }

    [Fact]
    public async Task Stopping_on_request_ends_with_0()
    {
        using var stop = new CancellationTokenSource();
        using var patient = new Patient();
#pragma warning disable CA2025 // Awaited before the service is disposed of.
        Task<(int Code, string Log)> running = RunAsync(patient, stop.Token);
#pragma warning restore CA2025
        await patient.Started.Task.WaitAsync(s_patience, TestContext.Current.CancellationToken);

        await stop.CancelAsync();

        (int code, string log) = await running.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Done, code);
        Assert.Empty(log);
    }

    [Fact]
    public async Task A_service_that_cannot_be_made_ends_with_1()
    {
        using var stream = new MemoryStream();
        using var log = new StderrLog(stream, LogStyle.Plain, LogLevel.Information, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => ServiceHost.RunAsync(
                log,
                services => services.AddSingleton<IHostedService>(_ => throw new InvalidOperationException("no")),
                CancellationToken.None));
    }

    private static async Task<(int Code, string Log)> RunAsync(BackgroundService service, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        int code;
        using (var log = new StderrLog(stream, LogStyle.Plain, LogLevel.Information, TimeProvider.System))
        {
            code = await ServiceHost.RunAsync(log, services => services.AddSingleton<IHostedService>(service), cancellationToken);
        }
        return (code, Encoding.UTF8.GetString(stream.ToArray()));
    }

    private sealed class Failing : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("the house is on fire");
        }
    }

    private sealed class Patient : BackgroundService
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override Task ExecuteAsync(CancellationToken stoppingToken)
        {
            Started.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
        }
    }
}
