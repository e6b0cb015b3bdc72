namespace Longwire.HomeAssistant;

internal static class TaskEnd
{
    /// <summary>Waits for the end of a task whose outcome no longer matters, because an earlier cause is already on its way.</summary>
    public static async Task ContinueOnEnd(this Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
