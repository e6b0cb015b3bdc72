using System.Collections.Immutable;
using System.CommandLine;
using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Composition;
using Longwire.Inventory;
using Longwire.Options;
using Longwire.Radios;

namespace Longwire.Commands;

/// <summary>
/// <c>longwire replace OLD NEW</c>: the stick of one radio takes the place of another, whose own broke. OLD keeps its id, its name, its
/// entities and its entry in the options; NEW is a radio no more. It changes the memory of a stopped attach only, as
/// <see cref="ForgetCommand"/> does; while attach runs, the button Reattach of the old radio does the same.
/// </summary>
internal static class ReplaceCommand
{
    public static Command Create(ProgramContext context)
    {
        var old = new Argument<string>("OLD") { Description = "The radio whose stick is gone, by its id or its name" };
        var with = new Argument<string>("NEW")
        {
            Description = "The radio whose stick takes its place, by its id or its name; or that stick as vid:pid:serial",
        };
        Option<string?> options = RoleOptions.File(
            $"The options that attach runs with; they tell which folder it uses ({RoleOptions.AttachDefault})");
        Option<string?> data = RoleOptions.Data();
        var command = new Command(
            "replace",
            "Let another stick take the place of a radio, which keeps its id, its name and its entities in Home Assistant. Needs attach to "
                + "be stopped.") { old, with, options, data };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetRequiredValue(old), parsed.GetRequiredValue(with), parsed.GetValue(options), parsed.GetValue(data), context));
        return command;
    }

    private static async Task<int> RunAsync(string old, string with, string? optionsPath, string? data, ProgramContext context)
    {
        string? path = RoleOptions.FindAttach(optionsPath, context);
        string folder = RoleOptions.DataOf(data, path, context);
        // Before anything is changed: options that cannot be read end here.
        AttachOptions options = path is null ? AttachOptions.Default : OptionsFile.LoadAttach(path).Options;
        try
        {
            if (!Directory.Exists(folder))
                return await FailAsync(context, $"{folder} does not exist: name attach's folder with --data.");
            using IDisposable? exclusive = DataFolder.TryLock(folder, RoleLock.Attach);
            return exclusive is null
                ? await FailAsync(
                    context,
                    $"A running longwire attach uses {folder}. Stop it, replace, and start it again. Or do it without this: plug the new "
                        + "stick in, and press Reattach on the old radio in Home Assistant.")
                : await ReplaceAsync(old, with, context.OpenMemory(folder), options, context);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(context, $"Nothing is replaced: {e.Message}");
        }
    }

    private static async Task<int> ReplaceAsync(
        string old, string with, IRadioMemory memory, AttachOptions options, ProgramContext context)
    {
        ImmutableArray<RadioMemory> known = memory.Read();
        if (RememberedRadios.Find(known, old) is not { } radio) return await FailAsync(context, RememberedRadios.WhyNone(known, old));
        RadioMatch? stick = RadioMatch.TryParse(with, out RadioMatch? match) && match.Serial is not null ? match : null;
        RadioMemory? other = RememberedRadios.Find(known, with)
            ?? (stick is null
                ? null
                : known.FirstOrDefault(one => one.UsbId == stick.Id.ToString() && StickText.Normalised(one.Serial) == stick.Serial));
        if (other is null && stick is null)
        {
            return await FailAsync(
                context, $"{RememberedRadios.WhyNone(known, with)} A stick that is no radio yet is named as vid:pid:serial.");
        }
        if (other?.Id == radio.Id) return await FailAsync(context, $"{RememberedRadios.Show(radio)} is that stick already.");
        if (RememberedRadios.LeftAttached(other is null ? [radio] : [radio, other], context) is { } left)
            return await FailAsync(context, $"Nothing is replaced: {left}; then replace.");
        // Of a stick that was never attached here its texts are learnt when it is; its place is looked for.
        RadioMemory successor = other is not null
            ? Succession.TakeOver(radio, other)
            : Succession.Follow(radio, stick!.Id, stick.Serial, replaced: true) with { Manufacturer = null, Product = null };
        memory.Replace(successor, other?.Id);
        await TellAsync(radio, successor, other, options, memory.Read(), context.Output);
        return ExitCode.Done;
    }

    private static async Task TellAsync(
        RadioMemory before, RadioMemory now, RadioMemory? other, AttachOptions options, ImmutableArray<RadioMemory> known,
        TextWriter output)
    {
        await output.WriteLineAsync(
            $"Replaced: {RememberedRadios.Show(now)} is the stick {Describe(now)} from now on, instead of {Describe(before)}.");
        if (other is not null)
        {
            await output.WriteLineAsync(
                $"{RememberedRadios.Show(other)} is no radio any more; its entities leave Home Assistant when attach starts.");
        }
        if (new FormerRules(options, KnownRadios.Default, known).Advice(now) is { } advice)
            await output.WriteLineAsync($"In the options {advice}.");
        await output.WriteLineAsync(
            "Apps that use it by a path below /dev/serial/by-id need the new one, which its entity Serial port shows.");
    }

    private static string Describe(RadioMemory radio) => new RadioMatch(
        UsbIp.Usb.UsbId.Parse(radio.UsbId), StickText.Normalised(radio.Serial)).ToString();

    private static async Task<int> FailAsync(ProgramContext context, string message)
    {
        await context.Error.WriteLineAsync(message);
        return ExitCode.Failed;
    }
}
