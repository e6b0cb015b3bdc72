using System.Globalization;

namespace Longwire.Lab.Story;

/// <summary>What is told, step by step.</summary>
internal interface IStory
{
    /// <summary>Steps that went well.</summary>
    public int Steps { get; }

    /// <summary>The step that is being told.</summary>
    public string Step { get; }

    public Task TellAsync(CancellationToken stopped);

    /// <summary>Everything is switched off in good order.</summary>
    public Task EndAsync();

    /// <summary>Everything that explains a failure.</summary>
    public Task<string> DescribeAsync();
}

/// <summary>
/// Tells a story on a broker, and leaves nothing on it, however it ends: to its end, by Ctrl-C in the middle, or with a step that failed.
/// </summary>
internal sealed class StoryRun(IStory story, IStoryBroker broker, bool hold, TimeProvider time, TextWriter output, TextWriter errors)
{
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken stopped)
    {
        (int code, string last) = (1, "demo: failed");
        bool cleaned = false;
        try
        {
            (code, last) = await TellAsync(stopped);
        }
        finally
        {
            cleaned = await CleanAsync();
        }
        await output.WriteLineAsync(last);
        return cleaned ? code : 1;
    }

    private async Task<bool> CleanAsync()
    {
        try
        {
            await broker.CleanAsync();
            return true;
        }
#pragma warning disable CA1031 // Whatever it was, the person is told that something is left on their broker.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await errors.WriteLineAsync(e.Message);
            return false;
        }
    }

    private async Task<(int Code, string Last)> TellAsync(CancellationToken stopped)
    {
        try
        {
            await broker.StartAsync(stopped);
            await story.TellAsync(stopped);
            if (hold)
            {
                await output.WriteLineAsync("The house stays as it is until Ctrl-C.");
                // Ctrl-C is how it ends.
                await Task.Delay(Timeout.InfiniteTimeSpan, time, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await broker.WatchAgainAsync(CancellationToken.None);
            }
            await story.EndAsync();
            return (0, string.Create(CultureInfo.InvariantCulture, $"demo: {story.Steps} steps ok"));
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            return (1, string.Create(CultureInfo.InvariantCulture, $"demo: stopped in step {story.Steps + 1}, {story.Step}"));
        }
#pragma warning disable CA1031 // Whatever went wrong is named, with all that explains it, and is the exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await errors.WriteLineAsync(await story.DescribeAsync());
            return (1, string.Create(CultureInfo.InvariantCulture, $"demo: failed in step {story.Steps + 1}, {story.Step}: {e.Message}"));
        }
    }
}
