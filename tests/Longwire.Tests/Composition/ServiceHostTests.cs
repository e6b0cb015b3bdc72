using System.Text;
using Longwire.Composition;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Composition;

public sealed class ServiceHostTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_service_that_fails_ends_the_process_with_1_and_its_reason_in_the_log()
    {
        int code;
        using var stream = new MemoryStream();
        using (var log = new StderrLog(stream, LogStyle.Plain, LogLevel.Information, TimeProvider.System))
        {
            using var loggers = new LoggerFactory([log]);
            var restarts = new Restarts(new FakeTimeProvider(), loggers.CreateLogger("Longwire"));
            code = await restarts.RunAsync(log, services => services.AddHostedService(_ => new Failing()), CancellationToken.None);
        }

        Assert.Equal(ExitCode.Failed, code);
        string text = Encoding.UTF8.GetString(stream.ToArray());
        // Each time once.
        Assert.Equal(1 + Restarts.FaultsBorne, text.Split("the house is on fire").Length - 1);
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_life_that_left_something_hanging_is_the_last_of_its_process(bool fault)
    {
        int lives = 0;
        using var stream = new MemoryStream();
        using var log = new StderrLog(stream, LogStyle.Plain, LogLevel.Information, TimeProvider.System);
        using var loggers = new LoggerFactory([log]);
        var restarts = new Restarts(new FakeTimeProvider(), loggers.CreateLogger("Longwire"));
        int code = await restarts.RunAsync(
            log,
            services => services.AddHostedService(_ =>
            {
                lives++;
                return new Hanging(restarts, fault);
            }),
            CancellationToken.None).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal((ExitCode.Failed, 1), (code, lives));
    }

    private static async Task<(int Code, string Log)> RunAsync(BackgroundService service, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        int code;
        using (var log = new StderrLog(stream, LogStyle.Plain, LogLevel.Information, TimeProvider.System))
        {
            HostEnd end = await ServiceHost.RunAsync(log, services => services.AddSingleton<IHostedService>(service), cancellationToken);
            code = end.Code;
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

    /// <summary>Asks for a restart, or fails, and leaves something behind.</summary>
    private sealed class Hanging(Restarts restarts, bool fault) : BackgroundService, IMayLeaveWork
    {
        public bool HasLeftWork { get; private set; }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            if (!fault)
            {
                restarts.Ask();
                await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            HasLeftWork = true;
            if (fault) throw new InvalidOperationException("the house is on fire");
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
