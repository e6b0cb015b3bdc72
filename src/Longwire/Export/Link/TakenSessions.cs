using Longwire.Link.Pairing;
using Longwire.Link.Wire;

namespace Longwire.Export.Link;

/// <summary>
/// The sessions that were taken over, until this ends: each is dead for good, and its host is to be told so when it is back, whoever has
/// the stick by then. It is not safe for several threads.
/// </summary>
internal sealed class TakenSessions
{
    // A person presses a button for each. The one that is forgotten is as dead, and its host is told less.
    private const int Remembered = 64;

    private readonly Queue<(KeyPin Owner, SessionId Id)> _sessions = new();

    public bool Contains(KeyPin owner, SessionId id) => _sessions.Contains((owner, id));

    public void Add(KeyPin owner, SessionId id)
    {
        if (_sessions.Count >= Remembered) _sessions.Dequeue();
        _sessions.Enqueue((owner, id));
    }
}
