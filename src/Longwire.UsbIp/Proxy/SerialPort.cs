namespace Longwire.UsbIp.Proxy;

/// <summary>One serial port of a stick: which endpoints are its, and which requests are about it.</summary>
/// <param name="InEndpoint">Endpoint number of its bulk IN, without the direction bit.</param>
/// <param name="OutEndpoint">Endpoint number of its bulk OUT.</param>
/// <param name="LineIndex">
/// wIndex of the requests that set its DTR: the number of its control interface (CDC ACM), of its interface (CP210x), or of its port,
/// from 1 (FTDI with several ports; 0 for one with one port).
/// </param>
/// <param name="Stale">How long an OUT is worth delivering; null: as <see cref="UrbProxyOptions.Stale"/> says.</param>
public readonly record struct SerialPort(uint InEndpoint, uint OutEndpoint, ushort LineIndex, TimeSpan? Stale = null);
