namespace Longwire.Doctor;

/// <summary>Which checks there are, in the order in which a person reads their findings.</summary>
internal static class Checks
{
    public static IReadOnlyList<ICheck> For(DoctorContext context)
    {
        List<ICheck> checks =
        [
            new OptionsCheck(), new RightsCheck(), new ClockCheck(), new DataFolderCheck(), new DiskSpaceCheck(), new KernelCheck(),
        ];
        if (context.Attach is not null) checks.AddRange(OfHost());
        if (context.Export is not null) checks.AddRange(OfPi());
        return checks;
    }

    private static IEnumerable<ICheck> OfHost() =>
    [
        new AttachRunsCheck(), new HostModuleCheck(), new SerialDriversCheck(), new HostSysfsCheck(), new VhciPortsCheck(),
        new HostKernelLogCheck(), new HostSerialPortsCheck(), new HostLeftoversCheck(), new HostTwinsCheck(), new HostTroublesCheck(),
        new NamesCheck(), new StockPisCheck(), new PairedPisCheck(), new BrokerCheck(),
    ];

    private static IEnumerable<ICheck> OfPi() =>
    [
        new PiModuleCheck(), new PiSysfsCheck(), new PowerCheck(), new PiKernelLogCheck(), new PiSticksCheck(), new PiTwinsCheck(),
        new PiTroublesCheck(), new UsbipHostCheck(), new PiLeftoversCheck(), new PiListenersCheck(), new HostsLetInCheck(),
    ];
}
