using System.Globalization;
using System.Text;

namespace Longwire.Lab.Machines;

public abstract partial class Guest
{
    /// <summary>
    /// Everything that explains a failure: what the programs said and what they wait for, what the kernel said, the console.
    /// </summary>
    public async Task<string> DescribeAsync()
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"===== {Name} ({Address}), {(IsOn ? $"on, clock {Now.TotalSeconds:0.000}" : "off")}{(Cable.IsCut ? ", cable cut" : "")}");
        foreach (GuestProcess process in Processes)
        {
            string end =
                !process.Exited.IsCompletedSuccessfully ? "runs" : await process.Exited is { } code ? $"exit code {code}"
                    : "switched off under it";
            text.AppendLine(CultureInfo.InvariantCulture, $"--- {process.Command} (pid {process.Pid}, {end})");
            foreach (ProcessLine line in process.Lines.TakeLast(150))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"[{ClockAt(line.Timestamp).TotalSeconds,9:0.000}] {line.Text}");
            }
        }
        if (IsOn && await WaitsAsync() is { Length: > 0 } waits) text.AppendLine("--- what they wait for").AppendLine(waits);
        text.AppendLine("--- kernel");
        foreach (KernelLine line in Kernel.Lines.Where(line => line.Time > _clock.KernelTime || !IsOn).TakeLast(80))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"[{line.Time.TotalSeconds,9:0.000}] {line.Message}");
        }
        string console = Path.Combine(_folder, "console");
        if (File.Exists(console))
        {
            text.AppendLine("--- console");
            foreach (string line in (await File.ReadAllLinesAsync(console)).TakeLast(30)) text.AppendLine(line);
        }
        if (_emulator?.Complaints is { Length: > 0 } complaints) text.AppendLine("--- emulator").AppendLine(complaints);
        return text.ToString();
    }

    /// <summary>A guest that is in no state to answer has other things to tell.</summary>
    private async Task<string> WaitsAsync()
    {
        try
        {
            return (await TryRunAsync("/lab/waits")).Output;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return e.Message;
        }
    }
}
