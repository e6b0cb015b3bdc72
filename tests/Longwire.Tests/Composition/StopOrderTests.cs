using System.Collections.Concurrent;
using Longwire.Attach;
using Longwire.Composition;
using Longwire.HomeAssistant.Broker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Composition;

/// <summary>Who stops when in <c>longwire attach</c>: what people see of a stop hangs on it.</summary>
public sealed class StopOrderTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _happened = new();

    [Fact]
    public async Task Who_publishes_is_told_first_and_ends_last_and_apps_are_let_be_before_a_radio_is_detached()
    {
        using var stop = new CancellationTokenSource();
        var detached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // It has the last states to publish once every radio is detached: whoever waited for it before that would wait for ever.
        using var publisher = new Told("publisher", _happened) { Until = detached.Task };
        using var attach = new Told("attach", _happened) { Ended = detached };
        using var consumers = new Told("consumers", _happened);
        using var stream = new MemoryStream();
        using var log = new StderrLog(stream, LogStyle.Plain, LogLevel.Information, TimeProvider.System);
#pragma warning disable CA2025 // Awaited before the services are disposed of.
        Task<HostEnd> running = ServiceHost.RunAsync(
            log, services => StopOrder.Add(services, _ => publisher, _ => attach, _ => consumers), stop.Token);
#pragma warning restore CA2025
        Task started = Task.WhenAll(publisher.Started, attach.Started, consumers.Started);
        await started.WaitAsync(s_patience, TestContext.Current.CancellationToken);

        await stop.CancelAsync();

        HostEnd end = await running.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Done, end.Code);
        Assert.Equal(
            ["publisher told", "consumers told", "consumers ended", "attach told", "attach ended", "publisher ended"],
            _happened);
    }

    [Fact]
    public void Detaching_and_the_goodbye_after_it_fit_into_the_time_that_a_stop_has() =>
        Assert.InRange(AttachTimers.Stop + AttachTimers.PortReuse + BrokerTimers.Goodbye, TimeSpan.Zero, ServiceHost.StopTimeout);

    private sealed class Told(string name, ConcurrentQueue<string> happened) : BackgroundService
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What it waits for once it is told.</summary>
        public Task Until { get; init; } = Task.CompletedTask;
        public TaskCompletionSource? Ended { get; init; }
        public Task Started => _started.Task;

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration registration = stoppingToken.Register(() =>
            {
                happened.Enqueue($"{name} told");
                told.SetResult();
            });
            _started.SetResult();
            await told.Task;
            await Until;
            happened.Enqueue($"{name} ended");
            Ended?.SetResult();
        }
    }
}
