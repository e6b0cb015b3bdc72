using Longwire.UsbIp.Proxy;

namespace Longwire.State;

/// <summary>What has passed between a radio and our kernel since it was attached. The host counts it, whatever carries to the Pi.</summary>
/// <param name="Counters">Since it was attached.</param>
/// <param name="Answers">How long OUTs and control transfers took, of late.</param>
/// <param name="IsRead">Somebody has a port of it open: its driver waits for what the radio says.</param>
internal readonly record struct UrbFigures(UrbProxyCounters Counters, AnswerTimes Answers, bool IsRead);
