namespace Longwire.State;

/// <summary>How a Pi is, as its Longwire says it. Null: it cannot say it.</summary>
/// <param name="Temperature">In degrees Celsius.</param>
/// <param name="UnderVoltage">Its power is too low, or was a moment ago.</param>
/// <param name="Load">Of the last minute.</param>
/// <param name="Since">When it was booted, by our wall clock.</param>
/// <param name="WifiSignal">In dBm; null as well for one that is not on Wi-Fi.</param>
internal readonly record struct PiVitals(double? Temperature, bool? UnderVoltage, double? Load, DateTimeOffset? Since, int? WifiSignal);
