namespace Longwire.Link.Session;

/// <summary>
/// A message of which it is known that the far kernel has not got it: it may be looked at and withdrawn until it is sent (again).
/// </summary>
/// <param name="Ticket">Its ticket.</param>
/// <param name="Since">When it was given to the session.</param>
/// <param name="Message">Valid until the session is used again.</param>
public readonly record struct UnsentMessage(MessageTicket Ticket, TimeSpan Since, ReadOnlyMemory<byte> Message);
