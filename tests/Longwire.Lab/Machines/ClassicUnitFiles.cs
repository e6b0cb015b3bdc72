using Longwire.Testing;

namespace Longwire.Lab.Machines;

/// <summary>The classic recipe, as units that people have written after it.</summary>
internal static class ClassicUnitFiles
{
    private const string Folder = "/etc/systemd/system";

    /// <summary>The Pi's half: usbipd at boot, and one kind of stick bound at its start and unbound at its stop.</summary>
    public static async Task SetUpPiAsync(DebianMachine machine, string usbId)
    {
        await machine.EditAsync($"{Folder}/usbipd.service", """
            [Unit]
            Description=usbip host daemon
            After=network.target

            [Service]
            ExecStartPre=/sbin/modprobe usbip-host
            ExecStart=/usr/sbin/usbipd
            Restart=on-failure

            [Install]
            WantedBy=multi-user.target

            """);
        await machine.EditAsync($"{Folder}/usbip-zwave.service", $$"""
            [Unit]
            Description=usbip bind of the Z-Wave stick
            After=usbipd.service
            Requires=usbipd.service

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStart=/bin/sh -c "/usr/sbin/usbip bind --$(/usr/sbin/usbip list -p -l | grep '#usbid={{usbId}}#' | cut '-d#' -f1)"
            ExecStop=/bin/sh -c "/usr/sbin/usbip unbind --$(/usr/sbin/usbip list -p -l | grep '#usbid={{usbId}}#' | cut '-d#' -f1)"

            [Install]
            WantedBy=multi-user.target

            """);
        await machine.TypeAsync("echo usbip-host >>/etc/modules; systemctl enable --now usbipd usbip-zwave");
    }

    /// <summary>The host's half: attaches one kind of stick, once.</summary>
    public static async Task SetUpHostAsync(DebianMachine machine, Guest pi, string usbId)
    {
        await machine.EditAsync($"{Folder}/usbip.service", $$"""
            [Unit]
            Description=usbip client
            After=network.target

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStartPre=/sbin/modprobe vhci-hcd
            ExecStart=/bin/sh -c "/usr/sbin/usbip attach -r {{pi.Address}} -b $(/usr/sbin/usbip list -r {{pi.Address}} | grep '{{usbId}}' | cut -d: -f1)"
            ExecStop=/bin/sh -c "/usr/sbin/usbip detach --port=$(/usr/sbin/usbip port | grep '<Port in Use>' | sed -E 's/^Port ([0-9][0-9]).*/\\1/')"

            [Install]
            WantedBy=multi-user.target

            """);
        await machine.TypeAsync("echo vhci-hcd >>/etc/modules; systemctl enable --now usbip");
    }

    /// <summary>Nothing of it is left to start at the next boot.</summary>
    public static Task AreGoneAsync(DebianMachine machine) => machine.WaitForAsync(
        $"! ls {Folder}/usbip* {Folder}/*/usbip* && ! grep -q -e usbip -e vhci /etc/modules && ! pidof usbipd",
        Deadlines.Patience, "the classic units are gone");
}
