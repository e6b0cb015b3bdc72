namespace Longwire.Attach.Reconciling;

/// <summary>
/// Tells a replug by the device number that a list gives. One that stayed from one list to the next, and then changes, is a replug: only
/// our own imports reset a stick, and there are servers that number it anew after each. There are others that give another number with
/// every list; of those it says nothing.
/// </summary>
internal sealed class DeviceNumberHistory
{
    private uint? _number;
    private bool _stays;

    /// <returns>Whether it was replugged.</returns>
    public bool IsReplugged(uint number)
    {
        if (_number == number)
        {
            _stays = true;
            return false;
        }
        bool replugged = _stays;
        (_number, _stays) = (number, false);
        return replugged;
    }

    /// <summary>An import of ours may have changed it.</summary>
    public void Begin(uint number) => (_number, _stays) = (number, false);
}
