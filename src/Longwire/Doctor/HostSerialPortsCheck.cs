using System.Collections.Immutable;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;

namespace Longwire.Doctor;

/// <summary>Who has the serial port of a radio open here. Two programs at one port take each other's answers.</summary>
internal sealed class HostSerialPortsCheck : LocalCheck
{
    public override Question Question { get; } = new(
        "serial_port_in_use", "It was looked at which programs have the radios' serial ports open.");

    protected override IEnumerable<Finding> Look(DoctorContext context)
    {
        // Its texts stay unread: for a device that came over the network that can wait for its peer.
        IEnumerable<string> ttys = UsbDevices.Enumerate(context.Sysfs)
            .Where(device => device.DevicePath.Contains("/vhci_hcd", StringComparison.Ordinal)).SelectMany(device => device.Ttys);
        return [.. ttys.Select(tty => Look(tty, context))];
    }

    private Finding Look(string tty, DoctorContext context)
    {
        Question question = Question.About(tty);
        ImmutableArray<RunningProcess> holders = OpenDevices.HoldersOf(context.Sysfs, [tty]);
        string names = string.Join(" and ", holders);
        if (holders.Length > 1)
        {
            return question.Problem(
                $"{names} have /dev/{tty} open at the same time, and take each other's answers.",
                "Stop all but one of them, ModemManager first: 'sudo systemctl disable --now ModemManager'");
        }
        bool all = Visibility.OfProcesses(context);
        if (holders.Length == 1)
        {
            return all
                ? question.Ok($"{names} has /dev/{tty} open.")
                : question.Unknown(
                    $"{names} has /dev/{tty} open. Whether another program has it as well cannot be seen from here.", WhoHas(tty));
        }
        return all
            ? question.Note($"No program has /dev/{tty} open.", "Name its path below /dev/serial/by-id in your program, and restart that")
            : question.Unknown(
                $"Which program has /dev/{tty} open cannot be seen from here.",
                WhoHas(tty));
    }

    private static string WhoHas(string tty) => $"Run 'sudo fuser -v /dev/{tty}' on the machine itself";
}
