namespace Longwire.Lab.Sticks;

/// <summary>What a stick is to the driver.</summary>
public enum StickChip
{
    /// <summary>A CDC ACM device, as the kernel emulates it: ttyACM.</summary>
    Acm,

    /// <summary>An FT232, as the emulator has it: ttyUSB. A machine has one, which is always the same.</summary>
    Ftdi,

    /// <summary>A CP2102, which no emulator has: the tests' own USB/IP server imitates it. ttyUSB.</summary>
    Cp210x,
}
