namespace Longwire.Link.Session;

/// <summary>
/// A message that was given to a session to be sent, for as long as the session lives. Tickets rise in the order of sending. A number on
/// the wire is another thing: a message that is sent anew may get another one.
/// </summary>
public readonly record struct MessageTicket(ulong Value);
