namespace Longwire.UsbIp.Usb;

/// <summary>What one interface of a device says it is: class, subclass and protocol codes of the USB-IF.</summary>
public readonly record struct UsbInterfaceClass(byte Class, byte SubClass, byte Protocol);
